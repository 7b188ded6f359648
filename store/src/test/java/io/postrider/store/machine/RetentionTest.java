// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.error.ErrorCode;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a log keeps of messages that are done, and how they come back. */
class RetentionTest {
    private final ShardState state = new ShardState();
    private final ShardMachine machine = new ShardMachine(state, message -> identifier -> null);
    private long nowMs = 1_000_000;

    private Result apply(Command command) {
        return machine.apply(nowMs, command, Effects.NONE);
    }

    private AddressState define(PolicyValues settings) {
        AddressKey key = AddressKey.of("a");
        apply(new Command.DefineAddress(AddressDefinition.permanent(key, AddressKind.QUEUE, settings)));
        AddressState address = state.address(key);
        assertNotNull(address);
        return address;
    }

    private void publish(AddressState address, int count, int bytes) {
        for (int i = 0; i < count; i++) {
            apply(new Command.Publish(
                    address.id(), aMessage().withBody("x".repeat(bytes)).build(), null));
        }
    }

    private static OffsetRanges range(long first, long last) {
        return new OffsetRanges.Builder().add(first, last).build();
    }

    private void settle(AddressState address, long first, long last) {
        apply(new Command.Settle(address.queue().id(), address.queue().epoch(), range(first, last), 0));
    }

    private void trim(AddressState address) {
        apply(new Command.Trim(
                address.id(),
                address.retention().due(address.policy(), address.log().end(), nowMs)));
    }

    @Test
    void doneMessagesAreHeldWhileWithinTheCount() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "3"));
        publish(address, 10, 1);
        settle(address, 0, 9);

        assertTrue(address.isHeld(0));
        trim(address);

        assertFalse(address.isHeld(6));
        assertTrue(address.isHeld(7));
        assertEquals(7, address.lowestHeld());
    }

    @Test
    void aTrimNeverTakesWhatIsWanted() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "3"));
        publish(address, 10, 1);
        settle(address, 1, 9);

        trim(address);

        assertTrue(address.isHeld(0));
        assertFalse(address.isHeld(1));
        assertEquals(0, address.lowestHeld());
    }

    @Test
    void ageLetsMessagesGoAlsoWhenNoneComeAnyMore() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_TIME, "60000"));
        publish(address, 5, 1);
        nowMs += 30_000;
        publish(address, 5, 1);
        settle(address, 0, 9);
        nowMs += 30_000;

        trim(address);
        assertEquals(5, address.retention().from(), "the others are young");

        nowMs += 30_000;
        trim(address);
        assertEquals(10, address.retention().from());
    }

    @Test
    void theTightestBoundWins() {
        AddressState address = define(
                PolicyValues.of(PolicyKey.RETENTION_COUNT, "1000000").with(PolicyKey.RETENTION_BYTES, "1048576"));
        publish(address, 40, 128 << 10);
        settle(address, 0, 39);

        trim(address);

        long held = 40 - address.retention().from();
        assertTrue(held >= 8 && held <= 10, held + " messages of 128 KiB for 1 MiB and at most one mark more");
    }

    @Test
    void marksAreBoundedAndTimesStillFound() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_TIME, "1000d"));
        long firstMs = nowMs;
        for (int i = 0; i < 20_000; i++) {
            nowMs += 1000;
            publish(address, 1, 1);
        }

        assertTrue(address.retention().marks().size() <= 4096);
        long offset =
                address.retention().offsetAt(firstMs + 10_000_000, address.log().end());
        assertTrue(offset <= 9_999 && offset > 9_900, "found " + offset);
        assertEquals(
                20_000, address.retention().offsetAt(nowMs + 1, address.log().end()));
        assertEquals(0, address.retention().offsetAt(0, address.log().end()));
    }

    @Test
    void withoutRetentionNothingIsHeldAndNothingComesBack() {
        AddressState address = define(PolicyValues.NONE);
        publish(address, 3, 1);
        settle(address, 0, 2);

        Result refused = apply(new Command.Rewind(address.queue().id(), range(0, 2)));

        assertFalse(address.isHeld(0));
        assertNotNull(refused.rejection());
        assertEquals(ErrorCode.PRECONDITION_FAILED, refused.rejection().code());
    }

    @Test
    void retentionBeginsWhereTheSettingIsMadeAndEndsWithIt() {
        AddressState address = define(PolicyValues.NONE);
        publish(address, 3, 1);
        settle(address, 0, 2);
        apply(new Command.UpdateAddress(AddressKey.of("a"), PolicyValues.of(PolicyKey.RETENTION_COUNT, "10")));
        publish(address, 3, 1);
        settle(address, 3, 5);

        assertFalse(address.isHeld(2));
        assertTrue(address.isHeld(3));

        apply(new Command.UpdateAddress(AddressKey.of("a"), PolicyValues.NONE));
        assertFalse(address.isHeld(3));
    }

    @Test
    void aRewindBringsBackWhatIsDoneAndLeavesTheRest() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "100"));
        publish(address, 10, 1);
        settle(address, 0, 4);
        settle(address, 7, 7);

        Result result = apply(new Command.Rewind(address.queue().id(), range(3, 9)));

        SubscriptionState queue = address.queue();
        assertNull(result.rejection());
        assertEquals(3, result.count(), "3, 4 and 7");
        assertEquals(3, queue.cursor());
        assertEquals(7, queue.depth());
        assertTrue(queue.replay().contains(4));
        assertFalse(queue.replay().contains(5));
        assertTrue(queue.wants(7));
        settle(address, 3, 9);
        assertEquals(0, queue.depth());
        assertEquals(10, queue.cursor());
        assertFalse(queue.replay().contains(4));
    }

    @Test
    void aHoleBetweenRewoundRangesStaysDone() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "100"));
        publish(address, 10, 1);
        settle(address, 0, 9);

        apply(new Command.Rewind(
                address.queue().id(),
                new OffsetRanges.Builder().add(1, 2).add(6, 6).build()));

        SubscriptionState queue = address.queue();
        assertEquals(3, queue.depth());
        assertTrue(queue.wants(1) && queue.wants(2) && queue.wants(6));
        assertTrue(queue.isDone(0) && queue.isDone(3) && queue.isDone(9));
    }

    @Test
    void aRewindDoesNotReachBelowWhatIsRetained() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "4"));
        publish(address, 10, 1);
        settle(address, 0, 9);
        trim(address);

        assertEquals(
                4, apply(new Command.Rewind(address.queue().id(), range(0, 99))).count());
        assertEquals(6, address.queue().cursor());
        nowMs += 1;
        publish(address, 6, 1);
        trim(address);
        assertTrue(address.isHeld(6), "it is wanted again");
    }

    @Test
    void theStateWithAllOfThisComesBackFromItsBytes() {
        AddressState address = define(PolicyValues.of(PolicyKey.RETENTION_COUNT, "8"));
        publish(address, 10, 1);
        settle(address, 0, 9);
        trim(address);
        apply(new Command.Rewind(address.queue().id(), range(5, 6)));

        ByteBuffer bytes = bytes(state);
        ShardState copy = new ShardState();
        StateCodec.read(bytes.duplicate(), copy);

        assertEquals(bytes, bytes(copy));
        AddressState restored = copy.address(AddressKey.of("a"));
        assertNotNull(restored);
        assertEquals(2, restored.retention().from());
        assertTrue(restored.queue().replay().contains(5));
    }

    private static ByteBuffer bytes(ShardState state) {
        ByteWriter out = new ByteWriter(1024);
        StateCodec.writeHead(state, out);
        state.addresses().forEach(address -> StateCodec.writeAddress(address, out));
        ByteBuffer written = out.written();
        return ByteBuffer.allocate(written.remaining()).put(written).flip();
    }
}
