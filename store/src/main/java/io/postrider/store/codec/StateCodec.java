// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.Redelivery;
import io.postrider.store.queue.SubscriptionState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Bytes of a shard's state without message bodies: definitions, cursors, done sets, redelivery records, users. Stateless.
 *
 * <pre>
 * version(1) flags(1) lastTimeMs(8) nextAddressId(4) nextSubscriptionId(4)
 * addressCount(4) { id(4) definition logEnd(8) subscriptionCount(4) {
 *     id(4) hasDefinition(1) [definition] epoch(4) cursor(8) dispatchedUpTo(8) done: bytes
 *     redeliveryCount(4) { offset(8) attempts(4) notBeforeMs(8) annotations }* }* }*
 * userCount(4) { user }*
 * </pre>
 */
public final class StateCodec {
    /** Version written; the only one read so far. */
    public static final int VERSION = 1;

    private StateCodec() {}

    public static void write(ShardState state, ByteWriter out) {
        out.putByte(VERSION);
        out.putByte(0);
        out.putLong(state.lastTimeMs());
        out.putInt(state.nextAddressId());
        out.putInt(state.nextSubscriptionId());
        out.putInt(state.addresses().size());
        for (AddressState address : state.addresses()) {
            writeAddress(address, out);
        }
        out.putInt(state.users().size());
        for (UserRecord user : state.users()) {
            DefinitionCodec.write(user, out);
        }
    }

    private static void writeAddress(AddressState address, ByteWriter out) {
        out.putInt(address.id());
        DefinitionCodec.write(address.definition(), out);
        out.putLong(address.log().end());
        out.putInt(address.subscriptions().size());
        for (SubscriptionState subscription : address.subscriptions()) {
            writeSubscription(subscription, out);
        }
    }

    private static void writeSubscription(SubscriptionState subscription, ByteWriter out) {
        out.putInt(subscription.id());
        SubscriptionDefinition definition = subscription.definition();
        out.putBoolean(definition != null);
        if (definition != null) {
            DefinitionCodec.write(definition, out);
        }
        out.putInt(subscription.epoch());
        out.putLong(subscription.cursor());
        out.putLong(subscription.dispatchedUpTo());
        writeBitmap(subscription.done(), out);
        out.putInt(subscription.redeliveries().size());
        for (Map.Entry<Long, Redelivery> entry : subscription.redeliveries().entrySet()) {
            out.putLong(entry.getKey());
            out.putInt(entry.getValue().attempts());
            out.putLong(entry.getValue().notBeforeMs());
            MessageCodec.writeAnnotations(entry.getValue().merged(), out);
        }
    }

    private static void writeBitmap(Roaring64Bitmap bitmap, ByteWriter out) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(bytes)) {
            bitmap.serialize(data);
        } catch (IOException e) {
            throw new UncheckedIOException("An in-memory stream cannot fail", e);
        }
        out.putBytes(bytes.toByteArray());
    }

    /** Reads a state into an empty one; message bodies come separately, through {@link AddressState#restore}. */
    public static void read(ByteBuffer bytes, ShardState target) {
        ByteReader in = new ByteReader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new CodecException("Expected state version " + VERSION + ", but found " + version);
        }
        int flags = in.readByte();
        if (flags != 0) {
            throw new CodecException("Expected no state flags, but found 0x" + Integer.toHexString(flags));
        }
        target.setLastTimeMs(in.readLong());
        int nextAddressId = in.readInt();
        int nextSubscriptionId = in.readInt();
        int addressCount = in.readCount(1);
        for (int i = 0; i < addressCount; i++) {
            readAddress(in, target);
        }
        target.reserveIds(nextAddressId, nextSubscriptionId);
        int userCount = in.readCount(1);
        for (int i = 0; i < userCount; i++) {
            target.restoreUser(DefinitionCodec.readUser(in));
        }
    }

    private static void readAddress(ByteReader in, ShardState target) {
        int id = in.readInt();
        AddressState address = target.restoreAddress(id, DefinitionCodec.readAddress(in));
        address.restoreEnd(in.readLong());
        int subscriptionCount = in.readCount(1);
        for (int i = 0; i < subscriptionCount; i++) {
            readSubscription(in, target, address);
        }
    }

    private static void readSubscription(ByteReader in, ShardState target, AddressState address) {
        int id = in.readInt();
        SubscriptionDefinition definition = in.readBoolean() ? DefinitionCodec.readSubscription(in) : null;
        SubscriptionState subscription = target.restoreSubscription(id, address, definition);
        int epoch = in.readInt();
        long cursor = in.readLong();
        long dispatchedUpTo = in.readLong();
        subscription.restore(epoch, cursor, dispatchedUpTo, readBitmap(in));
        int redeliveryCount = in.readCount(24);
        for (int i = 0; i < redeliveryCount; i++) {
            long offset = in.readLong();
            int attempts = in.readInt();
            long notBeforeMs = in.readLong();
            subscription.restoreRedelivery(
                    offset, new Redelivery(attempts, MessageCodec.readAnnotations(in), notBeforeMs));
        }
    }

    private static Roaring64Bitmap readBitmap(ByteReader in) {
        Roaring64Bitmap bitmap = new Roaring64Bitmap();
        try (DataInputStream data = new DataInputStream(new ByteArrayInputStream(in.readBytes()))) {
            bitmap.deserialize(data);
        } catch (IOException e) {
            throw new CodecException("Expected a bitmap of done offsets, but it cannot be read: " + e.getMessage());
        }
        return bitmap;
    }
}
