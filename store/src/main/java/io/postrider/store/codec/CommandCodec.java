// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.command.OffsetRanges;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

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
    public static final int VERSION = 1;

    private static final int COUNT_POSITION = 10;

    private final ByteWriter out = new ByteWriter(256 * 1024);
    private int count;

    /** Begins an entry. */
    public void begin(long timeMs) {
        out.reset();
        out.putByte(VERSION);
        out.putByte(0);
        out.putLong(timeMs);
        out.putInt(0);
        count = 0;
    }

    public void add(Command command) {
        command.accept(this);
        count++;
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
        MessageCodec.write(command.message(), out);
        return null;
    }

    @Override
    public Void settle(Command.Settle command) {
        out.putByte(2);
        writeRanges(command.subscriptionId(), command.epoch(), command.offsets());
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
        out.putByte(reasonCode(command.reason()));
        out.putOptionalString(command.condition());
        out.putOptionalString(command.description());
        out.putBoolean(command.countsAsAttempt());
        return null;
    }

    @Override
    public Void expire(Command.Expire command) {
        out.putByte(5);
        writeRanges(command.subscriptionId(), command.epoch(), command.offsets());
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
        out.putLong(command.upToExclusive());
        writeRanges(command.subscriptionId(), 0, command.except());
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
        out.putInt(ranges.rangeCount());
        for (int i = 0; i < ranges.rangeCount(); i++) {
            out.putLong(ranges.first(i));
            out.putLong(ranges.last(i));
        }
    }

    /**
     * Decodes an entry.
     *
     * @param each receives the commands in order
     * @return the time stamped on the entry
     * @throws CodecException when the bytes are not an entry of a known version
     */
    public static long decode(ByteBuffer entry, Consumer<Command> each) {
        ByteReader in = new ByteReader(entry);
        int version = in.readByte();
        if (version != VERSION) {
            throw new CodecException("Expected entry version " + VERSION + ", but found " + version);
        }
        int flags = in.readByte();
        if (flags != 0) {
            throw new CodecException("Expected no entry flags, but found 0x" + Integer.toHexString(flags));
        }
        long timeMs = in.readLong();
        int count = in.readCount(1);
        for (int i = 0; i < count; i++) {
            each.accept(readCommand(in));
        }
        if (in.hasRemaining()) {
            throw new CodecException("Expected the entry to end after " + count + " commands, but more bytes follow");
        }
        return timeMs;
    }

    private static Command readCommand(ByteReader in) {
        int type = in.readByte();
        return switch (type) {
            case 1 -> readPublish(in);
            case 2 -> new Command.Settle(in.readInt(), in.readInt(), readRanges(in));
            case 3 ->
                new Command.Requeue(
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        in.readBoolean(),
                        MessageCodec.readAnnotations(in),
                        in.readLong());
            case 4 ->
                new Command.DeadLetter(
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        reason(in.readByte()),
                        in.readOptionalString(),
                        in.readOptionalString(),
                        in.readBoolean());
            case 5 -> new Command.Expire(in.readInt(), in.readInt(), readRanges(in));
            case 6 -> new Command.MarkDispatched(in.readInt(), in.readInt(), in.readLong());
            case 7 -> readPurge(in);
            case 8 -> new Command.DefineAddress(DefinitionCodec.readAddress(in));
            case 9 -> new Command.DeleteAddress(DefinitionCodec.readAddressKey(in));
            case 10 -> new Command.DefineSubscription(DefinitionCodec.readSubscription(in));
            case 11 -> new Command.DeleteSubscription(DefinitionCodec.readSubscriptionKey(in));
            case 12 -> new Command.PutUser(DefinitionCodec.readUser(in));
            case 13 -> new Command.RemoveUser(in.readString());
            default -> throw new CodecException("Expected a command type of 1 to 13, but found " + type);
        };
    }

    private static Command readPublish(ByteReader in) {
        int addressId = in.readInt();
        String publisher = in.readOptionalString();
        return new Command.Publish(addressId, MessageCodec.read(in), publisher);
    }

    private static Command readPurge(ByteReader in) {
        long upToExclusive = in.readLong();
        int subscriptionId = in.readInt();
        in.readInt();
        return new Command.Purge(subscriptionId, upToExclusive, readRanges(in));
    }

    private static OffsetRanges readRanges(ByteReader in) {
        int count = in.readCount(16);
        OffsetRanges.Builder ranges = new OffsetRanges.Builder();
        for (int i = 0; i < count; i++) {
            ranges.add(in.readLong(), in.readLong());
        }
        return ranges.build();
    }

    private static int reasonCode(DeadLetterReason reason) {
        return switch (reason) {
            case REJECTED -> 1;
            case MAX_DELIVERY_ATTEMPTS -> 2;
            case UNDELIVERABLE -> 3;
            case EXPIRED -> 4;
        };
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
