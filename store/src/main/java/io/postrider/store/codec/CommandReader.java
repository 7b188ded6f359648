// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.address.AddressKey;
import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the entries that {@link CommandCodec} writes. Never trusts a length beyond the bytes that are there. Stateless. */
public final class CommandReader {
    private CommandReader() {}

    /** Receives the commands of an entry, and where in its bytes the message or chunk of each is; 0 bytes if it has none. */
    @FunctionalInterface
    public interface Decoded {
        void command(long timeMs, Command command, int bodyAt, int bodyBytes);

        /** Where the message of the next part of a commit is; told for each of them before the commit itself. */
        default void part(int bodyAt, int bodyBytes) {}
    }

    /**
     * Decodes an entry.
     *
     * @param each receives the commands in order; positions are counted from the start of the entry
     * @return the time stamped on the entry
     * @throws CodecException when the bytes are not an entry of a known version
     */
    public static long decode(ByteBuffer entry, Decoded each) {
        int start = entry.position();
        ByteReader in = new ByteReader(entry);
        int version = in.readByte();
        if (version != CommandCodec.VERSION) {
            throw new CodecException("Expected entry version " + CommandCodec.VERSION + ", but found " + version);
        }
        int flags = in.readByte();
        if (flags == CommandCodec.SKIPPED) {
            return entry.remaining() < Long.BYTES ? 0 : in.readLong();
        }
        if (flags != 0) {
            throw new CodecException("Expected no entry flags, but found 0x" + Integer.toHexString(flags));
        }
        long timeMs = in.readLong();
        int count = in.readCount(1);
        for (int i = 0; i < count; i++) {
            readCommand(in, start, timeMs, each);
        }
        if (in.hasRemaining()) {
            throw new CodecException("Expected the entry to end after " + count + " commands, but more bytes follow");
        }
        return timeMs;
    }

    private static void readCommand(ByteReader in, int start, long timeMs, Decoded each) {
        int type = in.readByte();
        switch (type) {
            case CommandCodec.COMMIT ->
                each.command(timeMs, new Command.Commit(readParts(in, start, timeMs, each)), 0, 0);
            case CommandCodec.PREPARE -> {
                BranchId branch = readBranch(in);
                each.command(timeMs, new Command.Prepare(branch, readParts(in, start, timeMs, each)), 0, 0);
            }
            case CommandCodec.COMMIT_PREPARED -> {
                BranchId branch = readBranch(in);
                boolean isHeuristic = in.readBoolean();
                List<Command> parts = readParts(in, start, timeMs, each);
                each.command(timeMs, new Command.CommitPrepared(branch, parts, isHeuristic), 0, 0);
            }
            default -> readPart(type, in, start, timeMs, each);
        }
    }

    static BranchId readBranch(ByteReader in) {
        try {
            return new BranchId(in.readBytes());
        } catch (IllegalArgumentException e) {
            throw new CodecException(String.valueOf(e.getMessage()));
        }
    }

    /** Reads parts of a transaction, and tells where their messages are. */
    static List<Command> readParts(ByteReader in, int start, long timeMs, Decoded each) {
        int count = in.readCount(1);
        List<Command> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            readPart(in.readByte(), in, start, timeMs, (time, part, bodyAt, bodyBytes) -> {
                parts.add(part);
                each.part(bodyAt, bodyBytes);
            });
        }
        return parts;
    }

    private static void readPart(int type, ByteReader in, int start, long timeMs, Decoded each) {
        switch (type) {
            case 1 -> readPublish(in, start, timeMs, each);
            case 4 -> readDeadLetter(in, start, timeMs, each);
            case 27 -> readRedrive(in, start, timeMs, each);
            case 14 -> {
                long bodyId = in.readLong();
                byte[] chunk = in.readBytes();
                each.command(
                        timeMs,
                        new Command.StageChunk(bodyId, chunk),
                        in.position() - start - chunk.length,
                        chunk.length);
            }
            default -> each.command(timeMs, readPlain(type, in), 0, 0);
        }
    }

    /** A command without a message. */
    private static Command readPlain(int type, ByteReader in) {
        return switch (type) {
            case 2 -> new Command.Settle(in.readInt(), in.readInt(), readRanges(in), in.readLong());
            case 3 ->
                new Command.Requeue(
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        in.readBoolean(),
                        MessageCodec.readAnnotations(in),
                        in.readLong());
            case 5 -> new Command.Expire(in.readInt(), in.readInt(), readRanges(in), in.readLong());
            case 6 -> new Command.MarkDispatched(in.readInt(), in.readInt(), in.readLong());
            case 7 -> new Command.Purge(in.readInt(), in.readLong(), readRanges(in), in.readLong());
            case 8 -> new Command.DefineAddress(DefinitionCodec.readAddress(in));
            case 9 -> new Command.DeleteAddress(DefinitionCodec.readAddressKey(in));
            case 10 ->
                new Command.DefineSubscription(DefinitionCodec.readSubscription(in), DefinitionCodec.readStart(in));
            case 11 -> new Command.DeleteSubscription(DefinitionCodec.readSubscriptionKey(in));
            case 12 -> new Command.PutUser(DefinitionCodec.readUser(in));
            case 13 -> new Command.RemoveUser(in.readString());
            case 15 -> new Command.DropBody(in.readLong());
            case 36 -> new Command.RollbackPrepared(readBranch(in), in.readBoolean());
            case 37 -> new Command.ForgetBranch(readBranch(in));
            case 17 -> new Command.PutPolicy(PolicyCodec.readRule(in));
            case 18 -> new Command.RemovePolicy(PolicyCodec.readPattern(in));
            case 19 -> new Command.ConfigurePolicies(PolicyCodec.readRules(in));
            case 26 ->
                new Command.Defer(
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        in.readBoolean(),
                        MessageCodec.readAnnotations(in),
                        in.readString());
            case 28 -> new Command.ReturnDeferred(in.readInt());
            case 20 -> new Command.Trim(in.readInt(), in.readLong());
            case 21 -> new Command.Rewind(in.readInt(), readRanges(in));
            case 31 -> new Command.PutForward(DefinitionCodec.readForward(in));
            case 32 -> new Command.RemoveForward(in.readString());
            case 25 -> new Command.SetPaused(in.readInt(), in.readBoolean());
            case 33 -> new Command.DeleteIfIdle(in.readInt());
            case 30 -> new Command.UpdateAddress(DefinitionCodec.readAddressKey(in), PolicyCodec.readValues(in));
            default ->
                throw new CodecException(
                        "Expected the type of a command, and no commit within a commit, but found " + type);
        };
    }

    private static void readPublish(ByteReader in, int start, long timeMs, Decoded each) {
        int addressId = in.readInt();
        String publisher = in.readOptionalString();
        int at = in.position();
        Message message = MessageCodec.read(in);
        each.command(timeMs, new Command.Publish(addressId, message, publisher), at - start, in.position() - at);
    }

    private static void readRedrive(ByteReader in, int start, long timeMs, Decoded each) {
        int subscriptionId = in.readInt();
        int epoch = in.readInt();
        long offset = in.readLong();
        long bytes = in.readLong();
        int addressId = in.readInt();
        int onlyFor = in.readInt();
        int at = in.position();
        Message message = MessageCodec.read(in);
        each.command(
                timeMs,
                new Command.Redrive(subscriptionId, epoch, offset, bytes, addressId, onlyFor, message),
                at - start,
                in.position() - at);
    }

    private static void readDeadLetter(ByteReader in, int start, long timeMs, Decoded each) {
        int subscriptionId = in.readInt();
        int epoch = in.readInt();
        long offset = in.readLong();
        long bytes = in.readLong();
        DeadLetterReason reason = reason(in.readByte());
        if (!in.readBoolean()) {
            each.command(
                    timeMs, new Command.DeadLetter(subscriptionId, epoch, offset, bytes, reason, null, null), 0, 0);
            return;
        }
        AddressKey target = DefinitionCodec.readAddressKey(in);
        int at = in.position();
        Message letter = MessageCodec.read(in);
        each.command(
                timeMs,
                new Command.DeadLetter(subscriptionId, epoch, offset, bytes, reason, target, letter),
                at - start,
                in.position() - at);
    }

    private static OffsetRanges readRanges(ByteReader in) {
        int count = in.readCount(16);
        OffsetRanges.Builder ranges = new OffsetRanges.Builder();
        for (int i = 0; i < count; i++) {
            ranges.add(in.readLong(), in.readLong());
        }
        return ranges.build();
    }

    private static DeadLetterReason reason(int code) {
        return switch (code) {
            case 1 -> DeadLetterReason.REJECTED;
            case 2 -> DeadLetterReason.MAX_DELIVERY_ATTEMPTS;
            case 3 -> DeadLetterReason.UNDELIVERABLE;
            case 4 -> DeadLetterReason.EXPIRED;
            default -> throw new CodecException("Expected a dead-letter reason of 1 to 4, but found " + code);
        };
    }
}
