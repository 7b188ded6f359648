// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.store.codec.CodecException;
import io.postrider.store.codec.CommandReader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says in words what is in a journal entry. Messages are sizes unless their bytes are asked for; secrets are never shown. Immutable. */
public final class CommandText implements StorePrinter.EntryText, Command.Visitor<String> {
    private final boolean hasBodies;

    /** @param hasBodies whether the bytes of messages are shown, in Base64 */
    public CommandText(boolean hasBodies) {
        this.hasBodies = hasBodies;
    }

    /** The commands of an entry, or why it cannot be decoded. */
    @Override
    public String of(ByteBuffer entry) {
        List<String> commands = new ArrayList<>();
        try {
            long timeMs = CommandReader.decode(
                    entry.duplicate(), (time, command, bodyAt, bodyBytes) -> commands.add(command.accept(this)));
            return Instant.ofEpochMilli(timeMs) + " " + (commands.isEmpty() ? "empty" : String.join("; ", commands));
        } catch (CodecException | IllegalArgumentException e) {
            return "cannot be decoded: " + e.getMessage()
                    + (commands.isEmpty() ? "" : ", after: " + String.join("; ", commands));
        }
    }

    private String text(Message message) {
        LargeBody body = message.body();
        return (message.isDurable() ? "durable" : "non-durable") + " priority=" + message.priority()
                + (message.expiresAtMs() == Message.NEVER ? "" : " expiresAtMs=" + message.expiresAtMs())
                + (message.deliverAtMs() == Message.NEVER ? "" : " deliverAtMs=" + message.deliverAtMs())
                + " annotationsBytes=" + message.annotationsLength()
                + " bytes=" + message.sizeBytes()
                + (body == null ? "" : " body=" + body.id() + " chunks=" + body.chunks())
                + bytes(message.encoded());
    }

    private String bytes(byte[] bytes) {
        return hasBodies ? " base64=" + Base64.getEncoder().encodeToString(bytes) : "";
    }

    private static String text(OffsetRanges ranges) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranges.rangeCount(); i++) {
            text.append(i == 0 ? "" : ",").append(ranges.first(i));
            if (ranges.last(i) != ranges.first(i)) {
                text.append('-').append(ranges.last(i));
            }
        }
        return text.toString();
    }

    private static String at(int subscriptionId, int epoch) {
        return " subscription=" + subscriptionId + " epoch=" + epoch;
    }

    private static String orEmpty(@Nullable Object value, String name) {
        return value == null ? "" : " " + name + "=" + value;
    }

    @Override
    public String publish(Command.Publish command) {
        return "publish address=" + command.addressId() + orEmpty(command.publisher(), "publisher") + " "
                + text(command.message());
    }

    @Override
    public String settle(Command.Settle command) {
        return "settle" + at(command.subscriptionId(), command.epoch()) + " offsets=" + text(command.offsets());
    }

    @Override
    public String requeue(Command.Requeue command) {
        return "requeue" + at(command.subscriptionId(), command.epoch()) + " offset=" + command.offset()
                + " countsAsAttempt=" + command.countsAsAttempt() + " notBeforeMs=" + command.notBeforeMs() + " merged="
                + command.merge().values().keySet();
    }

    @Override
    public String deadLetter(Command.DeadLetter command) {
        Message letter = command.letter();
        return "dead-letter" + at(command.subscriptionId(), command.epoch()) + " offset=" + command.offset()
                + " reason=" + command.reason() + orEmpty(command.target(), "target")
                + (letter == null ? "" : " " + text(letter));
    }

    @Override
    public String defer(Command.Defer command) {
        return "defer" + at(command.subscriptionId(), command.epoch()) + " offset=" + command.offset()
                + " countsAsAttempt=" + command.countsAsAttempt() + " merged="
                + command.merge().values().keySet();
    }

    @Override
    public String returnDeferred(Command.ReturnDeferred command) {
        return "return-deferred subscription=" + command.subscriptionId();
    }

    @Override
    public String redrive(Command.Redrive command) {
        return "redrive" + at(command.subscriptionId(), command.epoch()) + " offset=" + command.offset() + " address="
                + command.addressId() + (command.onlyFor() < 0 ? "" : " onlyFor=" + command.onlyFor()) + " "
                + text(command.message());
    }

    @Override
    public String expire(Command.Expire command) {
        return "expire" + at(command.subscriptionId(), command.epoch()) + " offsets=" + text(command.offsets());
    }

    @Override
    public String markDispatched(Command.MarkDispatched command) {
        return "mark-dispatched" + at(command.subscriptionId(), command.epoch()) + " upTo=" + command.upToExclusive();
    }

    @Override
    public String purge(Command.Purge command) {
        return "purge subscription=" + command.subscriptionId() + " upTo=" + command.upToExclusive() + " except="
                + text(command.except());
    }

    @Override
    public String stageChunk(Command.StageChunk command) {
        return "stage-chunk body=" + command.bodyId() + " bytes=" + command.chunk().length + bytes(command.chunk());
    }

    @Override
    public String dropBody(Command.DropBody command) {
        return "drop-body body=" + command.bodyId();
    }

    @Override
    public String prepare(Command.Prepare command) {
        return "prepare branch=" + command.branch() + parts(command.parts());
    }

    @Override
    public String commitPrepared(Command.CommitPrepared command) {
        return "commit-prepared branch=" + command.branch() + (command.isHeuristic() ? " heuristic" : "")
                + parts(command.parts());
    }

    @Override
    public String rollbackPrepared(Command.RollbackPrepared command) {
        return "rollback-prepared branch=" + command.branch() + (command.isHeuristic() ? " heuristic" : "");
    }

    @Override
    public String forgetBranch(Command.ForgetBranch command) {
        return "forget-branch branch=" + command.branch();
    }

    @Override
    public String putPolicy(Command.PutPolicy command) {
        return "put-policy pattern=" + command.rule().pattern() + " values="
                + command.rule().values();
    }

    @Override
    public String removePolicy(Command.RemovePolicy command) {
        return "remove-policy pattern=" + command.pattern();
    }

    @Override
    public String configurePolicies(Command.ConfigurePolicies command) {
        return "configure-policies rules=" + command.rules().size();
    }

    @Override
    public String updateAddress(Command.UpdateAddress command) {
        return "update-address name=" + command.key() + " settings=" + command.settings();
    }

    @Override
    public String putForward(Command.PutForward command) {
        return "put-forward " + command.rule();
    }

    @Override
    public String rewind(Command.Rewind command) {
        return "rewind subscription=" + command.subscriptionId() + " offsets=" + text(command.offsets());
    }

    @Override
    public String trim(Command.Trim command) {
        return "trim address=" + command.addressId() + " below=" + command.upToExclusive();
    }

    @Override
    public String removeForward(Command.RemoveForward command) {
        return "remove-forward name=" + command.name();
    }

    @Override
    public String setPaused(Command.SetPaused command) {
        return "set-paused subscription=" + command.subscriptionId() + " paused=" + command.isPaused();
    }

    @Override
    public String deleteIfIdle(Command.DeleteIfIdle command) {
        return "delete-if-idle address=" + command.addressId();
    }

    @Override
    public String defineAddress(Command.DefineAddress command) {
        return "define-address name=" + command.definition().key() + " kind="
                + command.definition().kind();
    }

    @Override
    public String deleteAddress(Command.DeleteAddress command) {
        return "delete-address name=" + command.key();
    }

    @Override
    public String defineSubscription(Command.DefineSubscription command) {
        return "define-subscription name=" + command.definition().key() + " topic="
                + command.definition().topic() + orEmpty(command.definition().selector(), "selector");
    }

    @Override
    public String deleteSubscription(Command.DeleteSubscription command) {
        return "delete-subscription name=" + command.key();
    }

    @Override
    public String putUser(Command.PutUser command) {
        return "put-user name=" + command.user().name();
    }

    @Override
    public String removeUser(Command.RemoveUser command) {
        return "remove-user name=" + command.name();
    }

    @Override
    public String commit(Command.Commit command) {
        return "commit" + parts(command.parts());
    }

    private String parts(List<Command> commands) {
        List<String> parts = new ArrayList<>();
        commands.forEach(part -> parts.add(part.accept(this)));
        return " (" + String.join("; ", parts) + ")";
    }
}
