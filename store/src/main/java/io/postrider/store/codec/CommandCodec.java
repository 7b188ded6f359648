// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Bytes of one log entry: a batch of commands with the time stamped on it. An encoder is owned by one thread; decoding is
 * stateless.
 *
 * <pre>
 * version(1) flags(1) timeMs(8) count(4) { type(1) fields }*
 * </pre>
 */
public final class CommandCodec implements Command.Visitor<Void> {
    /** Version written; the only one read so far. */
    public static final int VERSION = 3;

    private static final int COUNT_POSITION = 10;
    static final int COMMIT = 16;
    static final int PREPARE = 34;
    static final int COMMIT_PREPARED = 35;

    /** Flag of an entry that an operator took out: it counts as empty, though its bytes are still there. */
    static final int SKIPPED = 2;

    private final ByteWriter out = new ByteWriter(256 * 1024);
    private int count;
    private final BodyPositions bodies = new BodyPositions();
    private int bodyAt;
    private int bodyBytes;

    /** Begins an entry. */
    public void begin(long timeMs) {
        out.reset();
        out.putByte(VERSION);
        out.putByte(0);
        out.putLong(timeMs);
        out.putInt(0);
        count = 0;
        bodies.clear();
    }

    public void add(Command command) {
        if (isCarrier(command)) {
            command.accept(this);
        } else {
            addPlain(command);
        }
        count++;
    }

    /** Whether a command has parts instead of a body of its own. */
    private static boolean isCarrier(Command command) {
        return command instanceof Command.Commit
                || command instanceof Command.Prepare
                || command instanceof Command.CommitPrepared;
    }

    private void addPlain(Command command) {
        bodyAt = 0;
        bodyBytes = 0;
        command.accept(this);
        bodies.add(bodyAt, bodyBytes);
    }

    /** Where in the entry the messages and chunks are: one position for each command, and for each part of a commit. */
    public BodyPositions bodies() {
        return bodies;
    }

    public int length() {
        return out.length();
    }

    /** Ends the entry. The bytes are valid until {@link #begin}. */
    public ByteBuffer end() {
        out.putIntAt(COUNT_POSITION, count);
        return out.written();
    }

    @Override
    public Void publish(Command.Publish command) {
        out.putByte(1);
        out.putInt(command.addressId());
        out.putOptionalString(command.publisher());
        writeMessage(command.message());
        return null;
    }

    private void writeMessage(Message message) {
        bodyAt = out.length();
        MessageCodec.write(message, out);
        bodyBytes = out.length() - bodyAt;
    }

    @Override
    public Void settle(Command.Settle command) {
        out.putByte(2);
        writeRanges(command.subscriptionId(), command.epoch(), command.offsets());
        out.putLong(command.bytes());
        return null;
    }

    @Override
    public Void requeue(Command.Requeue command) {
        out.putByte(3);
        out.putInt(command.subscriptionId());
        out.putInt(command.epoch());
        out.putLong(command.offset());
        out.putBoolean(command.countsAsAttempt());
        MessageCodec.writeAnnotations(command.merge(), out);
        out.putLong(command.notBeforeMs());
        return null;
    }

    @Override
    public Void deadLetter(Command.DeadLetter command) {
        out.putByte(4);
        out.putInt(command.subscriptionId());
        out.putInt(command.epoch());
        out.putLong(command.offset());
        out.putLong(command.bytes());
        out.putByte(reasonCode(command.reason()));
        out.putBoolean(command.letter() != null);
        if (command.target() != null && command.letter() != null) {
            DefinitionCodec.write(command.target(), out);
            writeMessage(command.letter());
        }
        return null;
    }

    @Override
    public Void defer(Command.Defer command) {
        out.putByte(26);
        out.putInt(command.subscriptionId());
        out.putInt(command.epoch());
        out.putLong(command.offset());
        out.putBoolean(command.countsAsAttempt());
        MessageCodec.writeAnnotations(command.merge(), out);
        out.putString(command.token());
        return null;
    }

    @Override
    public Void returnDeferred(Command.ReturnDeferred command) {
        out.putByte(28);
        out.putInt(command.subscriptionId());
        return null;
    }

    @Override
    public Void redrive(Command.Redrive command) {
        out.putByte(27);
        out.putInt(command.subscriptionId());
        out.putInt(command.epoch());
        out.putLong(command.offset());
        out.putLong(command.bytes());
        out.putInt(command.addressId());
        out.putInt(command.onlyFor());
        writeMessage(command.message());
        return null;
    }

    @Override
    public Void expire(Command.Expire command) {
        out.putByte(5);
        writeRanges(command.subscriptionId(), command.epoch(), command.offsets());
        out.putLong(command.bytes());
        return null;
    }

    @Override
    public Void markDispatched(Command.MarkDispatched command) {
        out.putByte(6);
        out.putInt(command.subscriptionId());
        out.putInt(command.epoch());
        out.putLong(command.upToExclusive());
        return null;
    }

    @Override
    public Void purge(Command.Purge command) {
        out.putByte(7);
        out.putInt(command.subscriptionId());
        out.putLong(command.upToExclusive());
        writeRanges(command.except());
        out.putLong(command.removedBytes());
        return null;
    }

    @Override
    public Void trim(Command.Trim command) {
        out.putByte(20);
        out.putInt(command.addressId());
        out.putLong(command.upToExclusive());
        return null;
    }

    @Override
    public Void rewind(Command.Rewind command) {
        out.putByte(21);
        out.putInt(command.subscriptionId());
        writeRanges(command.offsets());
        return null;
    }

    @Override
    public Void stageChunk(Command.StageChunk command) {
        out.putByte(14);
        out.putLong(command.bodyId());
        out.putBytes(command.chunk());
        bodyBytes = command.chunk().length;
        bodyAt = out.length() - bodyBytes;
        return null;
    }

    @Override
    public Void dropBody(Command.DropBody command) {
        out.putByte(15);
        out.putLong(command.bodyId());
        return null;
    }

    @Override
    public Void commit(Command.Commit command) {
        out.putByte(COMMIT);
        addParts(command.parts());
        return null;
    }

    private void addParts(List<Command> parts) {
        out.putInt(parts.size());
        for (Command part : parts) {
            addPlain(part);
        }
    }

    @Override
    public Void prepare(Command.Prepare command) {
        out.putByte(PREPARE);
        out.putBytes(command.branch().toBytes());
        addParts(command.parts());
        return null;
    }

    @Override
    public Void commitPrepared(Command.CommitPrepared command) {
        out.putByte(COMMIT_PREPARED);
        out.putBytes(command.branch().toBytes());
        out.putBoolean(command.isHeuristic());
        addParts(command.parts());
        return null;
    }

    @Override
    public Void rollbackPrepared(Command.RollbackPrepared command) {
        out.putByte(36);
        out.putBytes(command.branch().toBytes());
        out.putBoolean(command.isHeuristic());
        return null;
    }

    @Override
    public Void forgetBranch(Command.ForgetBranch command) {
        out.putByte(37);
        out.putBytes(command.branch().toBytes());
        return null;
    }

    @Override
    public Void putPolicy(Command.PutPolicy command) {
        out.putByte(17);
        PolicyCodec.write(command.rule(), out);
        return null;
    }

    @Override
    public Void removePolicy(Command.RemovePolicy command) {
        out.putByte(18);
        out.putString(command.pattern().text());
        return null;
    }

    @Override
    public Void configurePolicies(Command.ConfigurePolicies command) {
        out.putByte(19);
        PolicyCodec.write(command.rules(), out);
        return null;
    }

    @Override
    public Void updateAddress(Command.UpdateAddress command) {
        out.putByte(30);
        DefinitionCodec.write(command.key(), out);
        PolicyCodec.write(command.settings(), out);
        return null;
    }

    @Override
    public Void putForward(Command.PutForward command) {
        out.putByte(31);
        DefinitionCodec.write(command.rule(), out);
        return null;
    }

    @Override
    public Void removeForward(Command.RemoveForward command) {
        out.putByte(32);
        out.putString(command.name());
        return null;
    }

    @Override
    public Void setPaused(Command.SetPaused command) {
        out.putByte(25);
        out.putInt(command.subscriptionId());
        out.putBoolean(command.isPaused());
        return null;
    }

    @Override
    public Void deleteIfIdle(Command.DeleteIfIdle command) {
        out.putByte(33);
        out.putInt(command.addressId());
        return null;
    }

    @Override
    public Void defineAddress(Command.DefineAddress command) {
        out.putByte(8);
        DefinitionCodec.write(command.definition(), out);
        return null;
    }

    @Override
    public Void deleteAddress(Command.DeleteAddress command) {
        out.putByte(9);
        DefinitionCodec.write(command.key(), out);
        return null;
    }

    @Override
    public Void defineSubscription(Command.DefineSubscription command) {
        out.putByte(10);
        DefinitionCodec.write(command.definition(), out);
        DefinitionCodec.write(command.start(), out);
        return null;
    }

    @Override
    public Void deleteSubscription(Command.DeleteSubscription command) {
        out.putByte(11);
        DefinitionCodec.write(command.key(), out);
        return null;
    }

    @Override
    public Void putUser(Command.PutUser command) {
        out.putByte(12);
        DefinitionCodec.write(command.user(), out);
        return null;
    }

    @Override
    public Void removeUser(Command.RemoveUser command) {
        out.putByte(13);
        out.putString(command.name());
        return null;
    }

    private void writeRanges(int subscriptionId, int epoch, OffsetRanges ranges) {
        out.putInt(subscriptionId);
        out.putInt(epoch);
        writeRanges(ranges);
    }

    private void writeRanges(OffsetRanges ranges) {
        out.putInt(ranges.rangeCount());
        for (int i = 0; i < ranges.rangeCount(); i++) {
            out.putLong(ranges.first(i));
            out.putLong(ranges.last(i));
        }
    }

    /**
     * Makes an entry of any content count as one without commands, in place. All but its first two bytes stay.
     *
     * @throws CodecException when it is too short to be an entry
     */
    public static void skip(ByteBuffer entry) {
        if (entry.remaining() < 2) {
            throw new CodecException("Expected an entry of at least 2 bytes, but it has " + entry.remaining());
        }
        entry.put(entry.position(), (byte) VERSION).put(entry.position() + 1, (byte) SKIPPED);
    }

    private static int reasonCode(DeadLetterReason reason) {
        return switch (reason) {
            case REJECTED -> 1;
            case MAX_DELIVERY_ATTEMPTS -> 2;
            case UNDELIVERABLE -> 3;
            case EXPIRED -> 4;
        };
    }
}
