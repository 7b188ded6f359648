// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.address.PolicyBook;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.UserRecord;
import io.postrider.api.command.BranchId;
import io.postrider.api.command.Command;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.DedupeId;
import io.postrider.api.message.LargeBody;
import io.postrider.store.machine.PreparedBranches;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.DedupeWindow;
import io.postrider.store.queue.MessageLog;
import io.postrider.store.queue.PriorityIndex;
import io.postrider.store.queue.Redeliveries;
import io.postrider.store.queue.Retention;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.queue.TimeIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Bytes of a shard's state without messages: definitions, cursors, sets of offsets, users. It is written in pieces, so that whoever
 * takes checkpoints can keep the piece of an address that has not changed. Stateless.
 *
 * <pre>
 * head:    version(1) flags(1) lastTimeMs(8) nextAddressId(4) nextSubscriptionId(4) usedBodyIds: set
 *          bodyCount(4) { id(8) chunks(4) bytes(8) references(4) }* userCount(4) { user }*
 *          ruleCount(4) { rule }* forwardCount(4) { forward }*
 *          branchCount(4) { length(4) entry with one prepare }* decidedCount(4) { branch: bytes, isCommit(1) }* addressCount(4)
 * address: id(4) definition logEnd(8) trimmedTo(8) levelCount(4) { priority(1) set }* expiries delays
 *          bodyCount(4) { offset(8) id(8) chunks(4) bytes(8) }* takenCount(4) { dedupeId(16) timeMs(8) }*
 *          retainedFrom(8) retainedBytes(8) lastMs(8) markCount(4) { offset(8) timeMs(8) beforeMs(8) bytesBefore(8) }*
 *          subscriptionCount(4) { id(4) hasDefinition(1) [definition] epoch(4) cursor(8) dispatchedUpTo(8) bytes(8) isPaused(1) done: set
 *              attemptsCount(4) { attempts(4) set }* firstFailures waits mergedCount(4) { offset(8) annotations }*
 *              deferredCount(4) { offset(8) token: string }*
 *              unsiftedBelow(8) replayed: set }*
 * expiries, delays, firstFailures, waits: bucketCount(4) { timeMs(8) set }*
 * set:     length(4) and a serialized Roaring64Bitmap
 * </pre>
 */
public final class StateCodec {
    /** Version written; the only one read so far. */
    public static final int VERSION = 3;

    private StateCodec() {}

    /** The piece before the addresses. */
    public static void writeHead(ShardState state, ByteWriter out) {
        out.putByte(VERSION);
        out.putByte(0);
        out.putLong(state.lastTimeMs());
        out.putInt(state.nextAddressId());
        out.putInt(state.nextSubscriptionId());
        SetCodec.write(state.bodies().used(), out);
        out.putInt(state.bodies().all().size());
        for (StagedBodies.Body body : state.bodies().all()) {
            out.putLong(body.id());
            out.putInt(body.chunks());
            out.putLong(body.bytes());
            out.putInt(body.references());
        }
        out.putInt(state.users().size());
        for (UserRecord user : state.users()) {
            DefinitionCodec.write(user, out);
        }
        PolicyCodec.write(state.policies().rules(), out);
        out.putInt(state.forwards().rules().size());
        state.forwards().rules().forEach(rule -> DefinitionCodec.write(rule, out));
        writeBranches(state.branches(), out);
        out.putInt(state.addresses().size());
    }

    private static void writeBranches(PreparedBranches branches, ByteWriter out) {
        CommandCodec codec = new CommandCodec();
        out.putInt(branches.prepared().size());
        for (Map.Entry<BranchId, PreparedBranches.Branch> branch :
                branches.prepared().entrySet()) {
            codec.begin(branch.getValue().atMs());
            codec.add(new Command.Prepare(branch.getKey(), branch.getValue().parts()));
            out.putBytes(bytesOf(codec.end()));
        }
        out.putInt(branches.decided().size());
        branches.decided().forEach((id, isCommit) -> {
            out.putBytes(id.toBytes());
            out.putBoolean(isCommit);
        });
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void readBranches(ByteReader in, PreparedBranches target) {
        int preparedCount = in.readCount(14);
        for (int i = 0; i < preparedCount; i++) {
            CommandReader.decode(ByteBuffer.wrap(in.readBytes()), (atMs, command, bodyAt, bodyBytes) -> {
                if (!(command instanceof Command.Prepare prepare)) {
                    throw new CodecException("Expected a prepared branch, but found " + command);
                }
                target.put(prepare.branch(), new PreparedBranches.Branch(atMs, prepare.parts()));
            });
        }
        int decidedCount = in.readCount(10);
        for (int i = 0; i < decidedCount; i++) {
            target.decide(CommandReader.readBranch(in), in.readBoolean());
        }
    }

    /** The piece of one address. */
    public static void writeAddress(AddressState address, ByteWriter out) {
        out.putInt(address.id());
        DefinitionCodec.write(address.definition(), out);
        writeLog(address.log(), out);
        writeDedupe(address.dedupe(), out);
        writeRetention(address.retention(), out);
        out.putInt(address.subscriptions().size());
        for (SubscriptionState subscription : address.subscriptions()) {
            writeSubscription(subscription, out);
        }
    }

    private static void writeDedupe(DedupeWindow dedupe, ByteWriter out) {
        out.putInt(dedupe.taken().size());
        for (Map.Entry<DedupeId, Long> taken : dedupe.taken().entrySet()) {
            out.putLong(taken.getKey().high());
            out.putLong(taken.getKey().low());
            out.putLong(taken.getValue());
        }
    }

    private static void writeRetention(Retention retention, ByteWriter out) {
        out.putLong(retention.from());
        out.putLong(retention.bytes());
        out.putLong(retention.lastMs());
        out.putInt(retention.marks().size());
        for (Retention.Mark mark : retention.marks()) {
            out.putLong(mark.offset());
            out.putLong(mark.timeMs());
            out.putLong(mark.beforeMs());
            out.putLong(mark.bytesBefore());
        }
    }

    private static void writeLog(MessageLog log, ByteWriter out) {
        out.putLong(log.end());
        out.putLong(log.trimmedTo());
        PriorityIndex priorities = log.priorities();
        out.putInt(priorities.levelCount());
        for (int priority = 0; priority < PriorityIndex.LEVELS; priority++) {
            Roaring64Bitmap level = priorities.level(priority);
            if (level != null) {
                out.putByte(priority);
                SetCodec.write(level, out);
            }
        }
        writeTimes(log.expiries(), out);
        writeTimes(log.delays(), out);
        out.putInt(log.bodies().size());
        for (Map.Entry<Long, LargeBody> body : log.bodies().entrySet()) {
            out.putLong(body.getKey());
            out.putLong(body.getValue().id());
            out.putInt(body.getValue().chunks());
            out.putLong(body.getValue().bytes());
        }
    }

    private static void writeTimes(TimeIndex times, ByteWriter out) {
        out.putInt(times.buckets().size());
        for (Map.Entry<Long, Roaring64Bitmap> bucket : times.buckets().entrySet()) {
            out.putLong(bucket.getKey());
            SetCodec.write(bucket.getValue(), out);
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
        out.putLong(subscription.bytes());
        out.putBoolean(subscription.isPaused());
        SetCodec.write(subscription.done(), out);
        Redeliveries redeliveries = subscription.redeliveries();
        out.putInt(redeliveries.byAttempts().size());
        for (Map.Entry<Integer, Roaring64Bitmap> level :
                redeliveries.byAttempts().entrySet()) {
            out.putInt(level.getKey());
            SetCodec.write(level.getValue(), out);
        }
        writeTimes(redeliveries.firstFailures().index(), out);
        writeTimes(redeliveries.waits(), out);
        out.putInt(redeliveries.merged().size());
        for (Map.Entry<Long, Annotations> merged : redeliveries.merged().entrySet()) {
            out.putLong(merged.getKey());
            MessageCodec.writeAnnotations(merged.getValue(), out);
        }
        out.putInt(subscription.deferrals().count());
        subscription.deferrals().tokens().forEach((offset, token) -> {
            out.putLong(offset);
            out.putString(token);
        });
        out.putLong(subscription.replay().unsiftedBelow());
        SetCodec.write(subscription.replay().offsets(), out);
    }

    /** Reads a state, head and addresses in one piece, into an empty one. */
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
        target.bodies().restoreUsed(SetCodec.read(in));
        int bodyCount = in.readCount(24);
        for (int i = 0; i < bodyCount; i++) {
            target.bodies().restore(in.readLong(), in.readInt(), in.readLong(), in.readInt());
        }
        int userCount = in.readCount(1);
        for (int i = 0; i < userCount; i++) {
            target.restoreUser(DefinitionCodec.readUser(in));
        }
        target.restorePolicies(new PolicyBook(PolicyCodec.readRules(in)));
        int forwardCount = in.readCount(16);
        for (int i = 0; i < forwardCount; i++) {
            target.forwards().restore(DefinitionCodec.readForward(in));
        }
        readBranches(in, target.branches());
        int addressCount = in.readCount(1);
        for (int i = 0; i < addressCount; i++) {
            readAddress(in, target);
        }
        if (in.hasRemaining()) {
            throw new CodecException(
                    "Expected the state to end after " + addressCount + " addresses, but more follows");
        }
        target.reserveIds(nextAddressId, nextSubscriptionId);
        target.route();
    }

    private static void readAddress(ByteReader in, ShardState target) {
        int id = in.readInt();
        AddressState address = target.restoreAddress(id, DefinitionCodec.readAddress(in));
        readLog(in, address.log());
        int takenCount = in.readCount(24);
        for (int i = 0; i < takenCount; i++) {
            address.dedupe().restore(new DedupeId(in.readLong(), in.readLong()), in.readLong());
        }
        readRetention(in, address.retention());
        int subscriptionCount = in.readCount(1);
        for (int i = 0; i < subscriptionCount; i++) {
            readSubscription(in, target, address);
        }
    }

    private static void readRetention(ByteReader in, Retention target) {
        long from = in.readLong();
        long bytes = in.readLong();
        long lastMs = in.readLong();
        int count = in.readCount(32);
        List<Retention.Mark> marks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            marks.add(new Retention.Mark(in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        }
        target.restore(from, bytes, lastMs, marks);
    }

    private static void readLog(ByteReader in, MessageLog log) {
        log.restoreEnd(in.readLong(), in.readLong());
        int levelCount = in.readCount(5);
        for (int i = 0; i < levelCount; i++) {
            int priority = in.readByte();
            if (priority >= PriorityIndex.LEVELS) {
                throw new CodecException("Expected a priority of 0 to 9, but found " + priority);
            }
            log.priorities().restore(priority, SetCodec.read(in));
        }
        readTimes(in, log.expiries());
        readTimes(in, log.delays());
        int bodyCount = in.readCount(28);
        for (int i = 0; i < bodyCount; i++) {
            log.restoreBody(in.readLong(), MessageCodec.readBody(in));
        }
    }

    private static void readTimes(ByteReader in, TimeIndex target) {
        int count = in.readCount(12);
        for (int i = 0; i < count; i++) {
            target.restore(in.readLong(), SetCodec.read(in));
        }
    }

    private static void readSubscription(ByteReader in, ShardState target, AddressState address) {
        int id = in.readInt();
        SubscriptionDefinition definition = in.readBoolean() ? DefinitionCodec.readSubscription(in) : null;
        SubscriptionState subscription = target.restoreSubscription(id, address, definition);
        int epoch = in.readInt();
        long cursor = in.readLong();
        long dispatchedUpTo = in.readLong();
        long bytes = in.readLong();
        subscription.setPaused(in.readBoolean());
        subscription.restore(epoch, cursor, dispatchedUpTo, bytes, SetCodec.read(in));
        Redeliveries redeliveries = subscription.redeliveries();
        int levelCount = in.readCount(8);
        for (int i = 0; i < levelCount; i++) {
            redeliveries.restoreAttempts(in.readInt(), SetCodec.read(in));
        }
        readTimes(in, redeliveries.firstFailures().index());
        readTimes(in, redeliveries.waits());
        int mergedCount = in.readCount(12);
        for (int i = 0; i < mergedCount; i++) {
            redeliveries.restoreMerged(in.readLong(), MessageCodec.readAnnotations(in));
        }
        int deferredCount = in.readCount(12);
        for (int i = 0; i < deferredCount; i++) {
            subscription.deferrals().restore(in.readLong(), in.readString());
        }
        subscription.replay().restore(in.readLong(), SetCodec.read(in));
    }
}
