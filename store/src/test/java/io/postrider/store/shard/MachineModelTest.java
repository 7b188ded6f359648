// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.command.Command;
import io.postrider.api.command.DeadLetterReason;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Annotations;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.CommandCodec;
import io.postrider.store.codec.CommandReader;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.kit.TestPolicies;
import io.postrider.store.machine.Effects;
import io.postrider.store.machine.Result;
import io.postrider.store.machine.ShardMachine;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.StagedBodies;
import io.postrider.store.queue.SubscriptionState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The machine does what a naive model of lists and maps does, after every one of thousands of random commands, those included that make no sense. Besides
 * three laws: a replay gives the live state, a checkpoint and the replay of the rest give it too, and what is written of a state is read as the same. (States are equal by content: a set may have
 * more than one encoding.) {@code -Dsimulation.model.seeds=N} sets how many runs there are.
 */
class MachineModelTest {
    private static final long DEFERRAL_MAX = 2;
    private static final PolicyValues POLICY =
            TestPolicies.values(0, "letters", "", 0).with(PolicyKey.DEFERRAL_MAX, Long.toString(DEFERRAL_MAX));
    private static final String[] QUEUES = {"q0", "q1", "letters"};
    private static final String[] SUBSCRIPTIONS = {"a", "b"};

    private final Map<String, ModelQueue> model = new TreeMap<>();
    private final Map<Long, List<Integer>> chunks = new TreeMap<>();
    private final Map<Long, Integer> references = new HashMap<>();
    private final List<ByteBuffer> entries = new ArrayList<>();
    private final CommandCodec codec = new CommandCodec();
    private Random random = new Random(0);
    private ShardMachine machine = machine();
    private long timeMs;
    private int nextAddress;
    private int nextSubscription;
    private long nextBody;
    private int checkpointedAt;
    private byte[] checkpoint = new byte[0];

    private static ShardMachine machine() {
        return new ShardMachine(new ShardState(), message -> identifier -> null);
    }

    @Test
    void theMachineDoesWhatTheModelDoes() {
        long runs = Long.getLong("simulation.model.seeds", 60);
        for (long seed = 0; seed < runs; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(runs > 0, "at least one run");
    }

    private void run(long seed) {
        random = new Random(seed);
        machine = machine();
        model.clear();
        chunks.clear();
        references.clear();
        entries.clear();
        timeMs = 1000;
        nextAddress = 0;
        nextSubscription = 0;
        nextBody = 0;
        checkpointedAt = 0;
        checkpoint = new byte[0];
        for (int i = 0; i < 300; i++) {
            timeMs += random.nextInt(20);
            step();
            compare();
            if (random.nextInt(60) == 0) {
                checkpoint = bytes(machine.state());
                checkpointedAt = entries.size();
            }
        }
        laws();
    }

    private Result apply(Command command) {
        codec.begin(timeMs);
        codec.add(command);
        ByteBuffer bytes = codec.end();
        entries.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
        return machine.apply(timeMs, command, Effects.NONE);
    }

    // ---- commands

    private void step() {
        switch (random.nextInt(25)) {
            case 18 -> defer();
            case 19 -> returnDeferred();
            case 24 -> apply(new Command.SetPaused(anySub(), random.nextBoolean()));
            case 16, 17 -> redrive();
            case 0 -> define(QUEUES[random.nextInt(2)], AddressKind.QUEUE);
            case 1 -> define("t", AddressKind.TOPIC);
            case 2, 3, 4, 5 -> publish();
            case 6 -> settle(false);
            case 7 -> settle(true);
            case 8 -> requeue();
            case 9 -> deadLetter();
            case 10 -> purge();
            case 11 -> mark();
            case 12 -> subscribe();
            case 13 -> stage();
            case 14 -> {
                if (random.nextInt(6) == 0) {
                    delete();
                }
            }
            case 15 -> update();
            case 20 -> trim();
            case 21, 22 -> rewind();
            default -> dropBody();
        }
    }

    private void define(String name, AddressKind kind) {
        apply(new Command.DefineAddress(AddressDefinition.permanent(AddressKey.of(name), kind, POLICY)));
        defined(name, kind);
    }

    private ModelQueue defined(String name, AddressKind kind) {
        return model.computeIfAbsent(name, absent -> {
            ModelQueue address = new ModelQueue(nextAddress++);
            if (kind == AddressKind.QUEUE) {
                address.subs.put("", new ModelQueue.Sub(nextSubscription++, 0));
            }
            return address;
        });
    }

    private Message message(long bodyId) {
        LargeBody body = null;
        if (bodyId >= 0) {
            List<Integer> sizes = chunks.getOrDefault(bodyId, List.of());
            int sum = sizes.stream().mapToInt(Integer::intValue).sum();
            body = sizes.isEmpty() ? new LargeBody(bodyId, 1, 1) : new LargeBody(bodyId, sizes.size(), sum);
        }
        return new Message(
                new byte[1 + random.nextInt(30)],
                0,
                true,
                random.nextInt(10),
                random.nextInt(3) == 0 ? timeMs + random.nextInt(1000) : Message.NEVER,
                random.nextInt(3) == 0 ? timeMs + random.nextInt(1000) : Message.NEVER,
                Annotations.NONE,
                body);
    }

    private void publish() {
        int id = random.nextInt(nextAddress + 1);
        long bodyId = random.nextInt(4) == 0 ? random.nextLong(nextBody + 1) : -1;
        Message message = message(bodyId);
        Result result = apply(new Command.Publish(id, message, null));
        ModelQueue address =
                model.values().stream().filter(each -> each.id == id).findAny().orElse(null);
        boolean isWhole = bodyId < 0 || chunks.containsKey(bodyId);
        assertEquals(address != null && isWhole, result.rejection() == null);
        if (address == null && bodyId >= 0 && references.getOrDefault(bodyId, 0) == 0) {
            chunks.remove(bodyId);
        }
        if (address != null && isWhole) {
            append(address, message.sizeBytes(), bodyId);
        }
    }

    private void append(ModelQueue address, long bytes, long bodyId) {
        append(address, bytes, bodyId, null);
    }

    /** @param only the one subscription that gets it; null for all */
    private void append(ModelQueue address, long bytes, long bodyId, ModelQueue.@Nullable Sub only) {
        long offset = address.log.size();
        address.log.add(new ModelQueue.Stored(bytes, bodyId));
        for (ModelQueue.Sub sub : address.subs.values()) {
            if (only == null || only == sub) {
                sub.left.put(offset, new ModelQueue.Left());
                sub.bytes += bytes;
            }
        }
        address.displace();
        countBodies();
        if (bodyId >= 0 && references.getOrDefault(bodyId, 0) == 0) {
            chunks.remove(bodyId);
        }
    }

    /** Counts anew who refers to which body, and drops those that were referred to and are not. */
    private void countBodies() {
        Map<Long, Integer> now = new HashMap<>();
        for (ModelQueue address : model.values()) {
            for (int offset = 0; offset < address.log.size(); offset++) {
                long bodyId = address.log.get(offset).bodyId();
                if (bodyId >= 0 && address.isHeld(offset)) {
                    now.merge(bodyId, 1, Integer::sum);
                }
            }
        }
        references.keySet().forEach(bodyId -> {
            if (!now.containsKey(bodyId)) {
                chunks.remove(bodyId);
            }
        });
        references.clear();
        references.putAll(now);
    }

    /** Any subscription by number, also one that is gone or never was. */
    private ModelQueue.Sub sub(int id) {
        return model.values().stream()
                .flatMap(address -> address.subs.values().stream())
                .filter(each -> each.id == id)
                .findAny()
                .orElse(null);
    }

    private int anySub() {
        return random.nextInt(nextSubscription + 1);
    }

    /** The epoch that commands carry: now and then one that is not the present one, which changes nothing. */
    private int anyEpoch() {
        return random.nextInt(10) == 0 ? 1 : 0;
    }

    private void settle(boolean byTime) {
        int id = anySub();
        int epoch = anyEpoch();
        OffsetRanges.Builder builder = new OffsetRanges.Builder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            long first = random.nextInt(60);
            builder.add(first, first + random.nextInt(3));
        }
        OffsetRanges offsets = builder.build();
        long bytes = random.nextInt(100);
        Result result = apply(
                byTime ? new Command.Expire(id, epoch, offsets, bytes) : new Command.Settle(id, epoch, offsets, bytes));
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        if (sub != null) {
            assertEquals(ModelQueue.finish(sub, offsets, bytes), result.count());
            countBodies();
        }
    }

    private void requeue() {
        int id = anySub();
        int epoch = anyEpoch();
        long offset = random.nextInt(60);
        boolean counts = random.nextBoolean();
        Annotations merge = random.nextBoolean()
                ? Annotations.NONE
                : Annotations.of(Map.of("k" + random.nextInt(3), "v" + random.nextInt(9)));
        apply(new Command.Requeue(id, epoch, offset, counts, merge, random.nextBoolean() ? 0 : timeMs + 100));
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        ModelQueue.Left left = sub == null ? null : sub.left.get(offset);
        if (left != null) {
            left.attempts += counts ? 1 : 0;
            left.merged = left.merged.merged(merge);
            left.isAside = false;
        }
    }

    private void deadLetter() {
        int id = anySub();
        int epoch = anyEpoch();
        long offset = random.nextInt(60);
        long bytes = random.nextInt(50);
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        ModelQueue.Left left = sub == null ? null : sub.left.get(offset);
        long bodyId = -1;
        if (left != null) {
            ModelQueue source = model.values().stream()
                    .filter(each -> each.subs.containsValue(sub))
                    .findAny()
                    .orElseThrow();
            bodyId = source.log.get((int) offset).bodyId();
        }
        boolean isKept = random.nextBoolean();
        Message letter = isKept ? message(bodyId) : null;
        apply(new Command.DeadLetter(
                id, epoch, offset, bytes, DeadLetterReason.REJECTED, isKept ? AddressKey.of("letters") : null, letter));
        if (left != null) {
            if (letter != null) {
                append(defined("letters", AddressKind.QUEUE), letter.sizeBytes(), bodyId);
            }
            sub.left.remove(offset);
            sub.release(bytes);
            countBodies();
        }
    }

    private void defer() {
        int id = anySub();
        int epoch = anyEpoch();
        long offset = random.nextInt(60);
        boolean counts = random.nextBoolean();
        apply(new Command.Defer(id, epoch, offset, counts, Annotations.NONE, "t" + random.nextInt(3)));
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        ModelQueue.Left left = sub == null ? null : sub.left.get(offset);
        if (left != null) {
            ModelQueue letters = model.get("letters");
            boolean isLimited = letters == null || !letters.subs.containsValue(sub);
            boolean isRefused = isLimited
                    && !left.isAside
                    && sub.left.values().stream().filter(each -> each.isAside).count() >= DEFERRAL_MAX;
            left.attempts += counts ? 1 : 0;
            left.isAside = !isRefused;
            if (isRefused) {
                left.merged = left.merged.merged(Annotations.of(Map.of(
                        "x-opt-deferral-refused",
                        DEFERRAL_MAX + " messages are put aside, and deferral.max is " + DEFERRAL_MAX)));
            }
        }
    }

    private void returnDeferred() {
        int id = anySub();
        Result result = apply(new Command.ReturnDeferred(id));
        ModelQueue.Sub sub = sub(id);
        if (sub != null) {
            assertEquals(sub.left.values().stream().filter(each -> each.isAside).count(), result.count());
            sub.left.values().forEach(left -> left.isAside = false);
        }
    }

    private void redrive() {
        int id = anySub();
        int epoch = anyEpoch();
        long offset = random.nextInt(60);
        long bytes = random.nextInt(50);
        int addressId = random.nextInt(nextAddress + 1);
        int onlyFor = random.nextBoolean() ? -1 : anySub();
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        ModelQueue target = model.values().stream()
                .filter(each -> each.id == addressId)
                .findAny()
                .orElse(null);
        ModelQueue.Sub only = onlyFor < 0 ? null : sub(onlyFor);
        boolean isDone = sub != null
                && sub.left.containsKey(offset)
                && target != null
                && (onlyFor < 0 || (only != null && target.subs.containsValue(only)));
        long bodyId = -1;
        if (sub != null && sub.left.containsKey(offset)) {
            ModelQueue source = model.values().stream()
                    .filter(each -> each.subs.containsValue(sub))
                    .findAny()
                    .orElseThrow();
            bodyId = source.log.get((int) offset).bodyId();
        }
        Message message = message(bodyId);
        Result result = apply(new Command.Redrive(id, epoch, offset, bytes, addressId, onlyFor, message));
        assertEquals(isDone, result.rejection() == null);
        if (isDone) {
            append(target, message.sizeBytes(), bodyId, only);
            sub.left.remove(offset);
            sub.release(bytes);
            countBodies();
        }
    }

    private void purge() {
        int id = anySub();
        long upTo = random.nextInt(60);
        OffsetRanges except = OffsetRanges.of(random.nextInt(60));
        ModelQueue.Sub sub = sub(id);
        Result result = apply(new Command.Purge(id, upTo, except, 7));
        if (sub != null) {
            int before = sub.left.size();
            sub.left.keySet().removeIf(offset -> offset < upTo && offset != except.first(0));
            assertEquals(before - sub.left.size(), result.count());
            sub.release(result.count() == 0 ? 0 : 7);
            countBodies();
        }
    }

    /** Other settings: nothing special, a ring, retention, or both. */
    private void update() {
        String[] names = {"q0", "q1", "letters", "t"};
        String name = names[random.nextInt(names.length)];
        int ring = random.nextBoolean() ? 0 : 1 + random.nextInt(8);
        boolean retains = random.nextInt(3) > 0;
        PolicyValues settings = POLICY.with(PolicyKey.RING_MESSAGES, Integer.toString(ring))
                .with(PolicyKey.RETENTION_COUNT, retains ? "1000" : "0");
        Result result = apply(new Command.UpdateAddress(AddressKey.of(name), settings));
        ModelQueue address = model.get(name);
        assertEquals(address != null, result.rejection() == null);
        if (address != null) {
            address.ring = ring;
            address.retainedFrom = !retains ? -1 : address.retainedFrom < 0 ? address.log.size() : address.retainedFrom;
            countBodies();
        }
    }

    private void trim() {
        int id = random.nextInt(nextAddress + 1);
        long upTo = random.nextInt(60);
        Result result = apply(new Command.Trim(id, upTo));
        ModelQueue address =
                model.values().stream().filter(each -> each.id == id).findAny().orElse(null);
        if (address != null && address.retainedFrom >= 0) {
            long before = address.retainedFrom;
            address.retainedFrom = Math.max(before, Math.min(upTo, address.log.size()));
            assertEquals(address.retainedFrom - before, result.count());
            countBodies();
        }
    }

    private void rewind() {
        int id = anySub();
        long first = random.nextInt(60);
        long second = first + 5 + random.nextInt(20);
        OffsetRanges offsets = new OffsetRanges.Builder()
                .add(first, first + random.nextInt(4))
                .add(second, second + random.nextInt(40))
                .build();
        Result result = apply(new Command.Rewind(id, offsets));
        ModelQueue address = model.values().stream()
                .filter(each -> each.subs.values().stream().anyMatch(sub -> sub.id == id))
                .findAny()
                .orElse(null);
        ModelQueue.Sub sub = sub(id);
        if (address == null || sub == null) {
            return;
        }
        assertEquals(address.retainedFrom >= 0, result.rejection() == null);
        if (address.retainedFrom >= 0) {
            assertEquals(address.rewind(sub, offsets), result.count());
            sub.bytes = stateOf(sub).bytes(); // an estimate
        }
    }

    private SubscriptionState stateOf(ModelQueue.Sub sub) {
        SubscriptionState state = machine.state().subscription(sub.id);
        assertNotNull(state);
        return state;
    }

    private StartPosition start() {
        return switch (random.nextInt(4)) {
            case 0 -> StartPosition.DEFAULT;
            case 1 -> StartPosition.EARLIEST;
            case 2 -> new StartPosition(StartPosition.Kind.OFFSET, random.nextInt(60));
            default -> new StartPosition(StartPosition.Kind.LAST, random.nextInt(30));
        };
    }

    /** Where the model says that a subscription begins. */
    private static long offset(ModelQueue address, StartPosition start) {
        long end = address.log.size();
        if (address.retainedFrom < 0) {
            return end;
        }
        return switch (start.kind()) {
            case EARLIEST -> address.retainedFrom;
            case OFFSET -> Math.min(end, Math.max(address.retainedFrom, start.value()));
            case LAST -> Math.max(address.retainedFrom, end - start.value());
            default -> end;
        };
    }

    private void mark() {
        int id = anySub();
        int epoch = anyEpoch();
        long upTo = random.nextInt(60);
        apply(new Command.MarkDispatched(id, epoch, upTo));
        ModelQueue.Sub sub = epoch == 0 ? sub(id) : null;
        if (sub != null) {
            sub.shownUpTo = Math.max(sub.shownUpTo, upTo);
        }
    }

    private void subscribe() {
        String name = SUBSCRIPTIONS[random.nextInt(SUBSCRIPTIONS.length)];
        SubscriptionKey key = new SubscriptionKey("", "c", name);
        ModelQueue topic = model.get("t");
        if (random.nextInt(4) > 0) {
            StartPosition start = start();
            apply(new Command.DefineSubscription(
                    new SubscriptionDefinition(key, AddressKey.of("t"), true, null, false), start));
            if (topic != null && !topic.subs.containsKey(name)) {
                ModelQueue.Sub sub = new ModelQueue.Sub(nextSubscription++, offset(topic, start));
                for (long offset = sub.shownUpTo; offset < topic.log.size(); offset++) {
                    sub.left.put(offset, new ModelQueue.Left());
                }
                sub.bytes = stateOf(sub).bytes(); // an estimate
                topic.subs.put(name, sub);
                countBodies();
            }
            return;
        }
        Result result = apply(new Command.DeleteSubscription(key));
        boolean isThere = topic != null && topic.subs.remove(name) != null;
        assertEquals(isThere, result.rejection() == null);
        countBodies();
    }

    private void stage() {
        long id = random.nextBoolean() ? nextBody++ : random.nextLong(nextBody + 1);
        int bytes = 1 + random.nextInt(20);
        boolean isNew = machine.state().bodies().nextId() <= id;
        Result result = apply(new Command.StageChunk(id, new byte[bytes]));
        nextBody = Math.max(nextBody, id + 1);
        boolean isTaken = result.rejection() == null;
        boolean isOpen = chunks.containsKey(id) && references.getOrDefault(id, 0) == 0;
        assertTrue(!isNew || isTaken, "a new body begins");
        assertTrue(!isOpen || isTaken, "an open body takes chunks");
        if (isTaken) {
            assertTrue(references.getOrDefault(id, 0) == 0, "a body in use takes none");
            chunks.computeIfAbsent(id, absent -> new ArrayList<>()).add(bytes);
        }
    }

    private void dropBody() {
        long id = random.nextLong(nextBody + 1);
        apply(new Command.DropBody(id));
        if (references.getOrDefault(id, 0) == 0) {
            chunks.remove(id);
        }
    }

    private void delete() {
        String[] names = {"q0", "q1", "letters", "t"};
        String name = names[random.nextInt(names.length)];
        Result result = apply(new Command.DeleteAddress(AddressKey.of(name)));
        assertEquals(model.remove(name) != null, result.rejection() == null);
        countBodies();
    }

    // ---- comparing

    private void compare() {
        ShardState state = machine.state();
        assertEquals(model.size(), state.addresses().size());
        assertEquals(nextAddress, state.nextAddressId());
        assertEquals(nextSubscription, state.nextSubscriptionId());
        model.forEach((name, expected) -> {
            AddressState address = state.address(AddressKey.of(name));
            assertNotNull(address, name);
            assertEquals(expected.id, address.id());
            assertEquals(expected.log.size(), address.log().end());
            assertEquals(expected.subs.size(), address.subscriptions().size());
            assertEquals(expected.retainedFrom, address.retention().from());
            WantedSnapshot snapshot = entries.size() % 16 == 0 ? WantedSnapshot.of(address) : null;
            for (long offset = 0; offset <= expected.log.size(); offset++) {
                boolean isThere = offset < expected.log.size() && expected.isHeld(offset);
                assertEquals(isThere, address.isHeld(offset), "held");
                assertEquals(isThere, snapshot == null ? isThere : snapshot.contains(offset), "kept by a checkpoint");
            }
            expected.subs.values().forEach(sub -> compare(expected, sub, state.subscription(sub.id)));
        });
        assertEquals(
                chunks.keySet(),
                state.bodies().all().stream().map(StagedBodies.Body::id).collect(java.util.stream.Collectors.toSet()));
        for (StagedBodies.Body body : state.bodies().all()) {
            assertEquals(chunks.getOrDefault(body.id(), List.of()).size(), body.chunks());
            assertEquals(references.getOrDefault(body.id(), 0), body.references(), () -> "references of " + body.id());
        }
    }

    private static void compare(ModelQueue address, ModelQueue.Sub expected, SubscriptionState found) {
        assertNotNull(found);
        assertEquals(expected.left.size(), found.depth());
        assertEquals(expected.bytes, found.bytes());
        assertEquals(expected.shownUpTo, found.dispatchedUpTo());
        for (long offset = 0; offset <= address.log.size(); offset++) {
            assertEquals(expected.left.containsKey(offset), found.wants(offset));
        }
        expected.left.forEach((offset, left) -> {
            assertEquals(left.isReplayed, found.replay().contains(offset));
            assertEquals(left.attempts, found.redeliveries().attempts(offset));
            assertEquals(left.isAside, found.deferrals().contains(offset));
            assertEquals(left.merged, found.redeliveries().get(offset).merged());
        });
    }

    // ---- laws

    private static byte[] bytes(ShardState state) {
        ByteWriter out = new ByteWriter(1024);
        StateCodec.writeHead(state, out);
        state.addresses().forEach(address -> StateCodec.writeAddress(address, out));
        ByteBuffer written = out.written();
        byte[] copy = new byte[written.remaining()];
        written.get(copy);
        return copy;
    }

    private void laws() {
        ShardMachine replayed = machine();
        replay(replayed, 0);
        ShardMachine recovered = machine();
        if (checkpointedAt > 0) {
            StateCodec.read(ByteBuffer.wrap(checkpoint), recovered.state());
        }
        replay(recovered, checkpointedAt);

        String live = StateText.of(machine.state());
        assertNull(difference(live, StateText.of(replayed.state())), "a replay gives the live state");
        assertNull(difference(live, StateText.of(recovered.state())), "a checkpoint and a replay give it");
        ShardState decoded = new ShardState();
        StateCodec.read(ByteBuffer.wrap(bytes(replayed.state())), decoded);
        assertNull(difference(live, StateText.of(decoded)), "what is written is read");
    }

    private static String difference(String expected, String found) {
        return expected.equals(found) ? null : StateText.difference(expected, found);
    }

    private void replay(ShardMachine target, int from) {
        for (ByteBuffer entry : entries.subList(from, entries.size())) {
            CommandReader.decode(
                    entry.duplicate(),
                    (entryMs, command, bodyAt, bodyBytes) -> target.apply(entryMs, command, Effects.NONE));
        }
    }
}
