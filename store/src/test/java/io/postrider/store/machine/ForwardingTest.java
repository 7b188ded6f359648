// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.queue.AddressState;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is published goes on by forward rules and to wildcard topics, once to each place. */
class ForwardingTest {
    private final ShardState state = new ShardState();
    private final ShardMachine machine = new ShardMachine(
            state,
            message -> identifier ->
                    identifier.equals("body") ? new String(message.encoded(), StandardCharsets.UTF_8) : null);

    private Result apply(Command command) {
        return machine.apply(1, command, Effects.NONE);
    }

    private AddressState define(String name, AddressKind kind) {
        apply(new Command.DefineAddress(AddressDefinition.permanent(AddressKey.of(name), kind)));
        return address(name);
    }

    private AddressState address(String name) {
        AddressState address = state.address(AddressKey.of(name));
        assertNotNull(address, name);
        return address;
    }

    private Result forward(String name, String source, String target, String selector, boolean isMove) {
        return apply(new Command.PutForward(
                new ForwardRule(name, new AddressPattern(source), AddressKey.of(target), selector, isMove)));
    }

    private Result publish(String address, Message message) {
        return apply(new Command.Publish(address(address).id(), message, null));
    }

    private long depth(String queue) {
        return address(queue).queue().depth();
    }

    private void subscribe(String topic) {
        apply(new Command.DefineSubscription(new SubscriptionDefinition(
                new SubscriptionKey("default", "c", topic), AddressKey.of(topic), false, null, false)));
    }

    @Test
    void aCopyStaysAndAMoveDoesNot() {
        define("a", AddressKind.QUEUE);
        forward("copy", "a", "b", null, false);
        forward("move", "b", "c", "body = 'x'", true);

        publish("a", aMessage().withBody("x").build());
        publish("a", aMessage().withBody("y").build());

        assertEquals(2, depth("a"));
        assertEquals(1, depth("b"));
        assertEquals(1, depth("c"));
    }

    @Test
    void aRuleThatClosesALoopIsRefusedWithTheWay() {
        define("a", AddressKind.QUEUE);
        forward("one", "a", "b", null, false);
        forward("two", "b", "c", null, false);

        Rejection refused = forward("three", "c", "a", null, false).rejection();

        assertNotNull(refused);
        assertEquals(ErrorCode.PRECONDITION_FAILED, refused.code());
        assertTrue(refused.text().contains("three to a"), refused.text());
        assertThrows(
                IllegalArgumentException.class,
                () -> new ForwardRule("self", new AddressPattern("#"), AddressKey.of("a"), null, false));
    }

    @Test
    void aTargetOfARuleIsNotDeleted() {
        define("a", AddressKind.QUEUE);
        forward("one", "a", "b", null, true);

        Rejection refused = apply(new Command.DeleteAddress(AddressKey.of("b"))).rejection();

        assertNotNull(refused);
        assertEquals(ErrorCode.PRECONDITION_FAILED, refused.code());
        apply(new Command.RemoveForward("one"));
        assertNull(apply(new Command.DeleteAddress(AddressKey.of("b"))).rejection());
        publish("a", aMessage().build());
        assertEquals(1, depth("a"));
    }

    @Test
    void aMessageComesOnceToEachPlaceWhateverTheWays() {
        define("topic.a", AddressKind.TOPIC);
        define("topic.*", AddressKind.TOPIC);
        define("topic.#", AddressKind.TOPIC);
        define("sink", AddressKind.QUEUE);
        forward("one", "topic.a", "sink", null, false);
        forward("two", "topic.*", "sink", null, false);
        subscribe("topic.*");
        subscribe("topic.#");

        publish("topic.a", aMessage().build());

        assertEquals(1, depth("sink"));
        assertEquals(1, address("topic.*").subscriptions().get(0).depth());
        assertEquals(1, address("topic.#").subscriptions().get(0).depth());
    }

    @Test
    void aTopicThatIsMadeLaterIsCaughtFromItsFirstMessageOn() {
        define("topic.*", AddressKind.TOPIC);
        subscribe("topic.*");
        AddressState late = define("topic.late", AddressKind.TOPIC);
        assertTrue(late.isLogged());

        publish("topic.late", aMessage().build());

        assertEquals(1, address("topic.*").subscriptions().get(0).depth());
    }

    @Test
    void aLargeBodyLivesUntilTheLastPlaceIsDoneWithIt() {
        define("a", AddressKind.QUEUE);
        forward("copy", "a", "b", null, false);
        apply(new Command.StageChunk(5, new byte[10]));
        Message large = new Message(
                new byte[3], 0, true, 4, 0, 0, io.postrider.api.message.Annotations.NONE, new LargeBody(5, 1, 10));

        publish("a", large);
        apply(new Command.Purge(address("a").queue().id(), 1, io.postrider.api.command.OffsetRanges.of(5), 0));
        assertEquals(1, state.bodies().all().size());
        apply(new Command.Purge(address("b").queue().id(), 1, io.postrider.api.command.OffsetRanges.of(5), 0));

        assertTrue(state.bodies().all().isEmpty());
    }

    @Test
    void rulesAndRoutesComeBackWithACheckpoint() {
        define("a", AddressKind.QUEUE);
        forward("copy", "a", "b", "body = 'x'", true);
        ByteWriter out = new ByteWriter(1024);
        StateCodec.writeHead(state, out);
        state.addresses().forEach(address -> StateCodec.writeAddress(address, out));

        ShardState read = new ShardState();
        StateCodec.read(out.written(), read);

        assertEquals(
                java.util.List.copyOf(state.forwards().rules()),
                java.util.List.copyOf(read.forwards().rules()));
        AddressState a = read.address(AddressKey.of("a"));
        assertNotNull(a);
        assertEquals(1, a.routes().size());
    }
}
