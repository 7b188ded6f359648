// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.command.Command;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.store.codec.ByteWriter;
import io.postrider.store.codec.StateCodec;
import io.postrider.store.queue.AddressState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings change while addresses are there, and are part of the state. */
class PolicyCommandsTest {
    private static final AddressKey ORDERS = AddressKey.of("orders.eu");

    private final ShardState state = new ShardState();
    private final ShardMachine machine = new ShardMachine(state, message -> identifier -> null);
    private final List<String> changed = new ArrayList<>();
    private final Effects effects = new Effects() {
        @Override
        public void policyChanged(AddressState address) {
            changed.add(address.definition().key().name());
        }
    };

    @BeforeEach
    void define() {
        apply(new Command.DefineAddress(AddressDefinition.permanent(ORDERS, AddressKind.QUEUE)));
        apply(new Command.DefineAddress(AddressDefinition.permanent(AddressKey.of("bills"), AddressKind.QUEUE)));
    }

    private Result apply(Command command) {
        return machine.apply(1, command, effects);
    }

    private static PolicyValues attempts(String count) {
        return PolicyValues.of(PolicyKey.MAX_ATTEMPTS, count);
    }

    private static long attempts(ShardState of) {
        AddressState address = of.address(ORDERS);
        assertNotNull(address);
        return address.policy().number(PolicyKey.MAX_ATTEMPTS);
    }

    @Test
    void aRuleHoldsAtOnceForTheAddressesItMatches() {
        Result result = apply(new Command.PutPolicy(PolicyRule.of("orders.#", attempts("3"))));

        assertEquals(1, result.count());
        assertEquals(List.of("orders.eu"), changed);
        assertEquals(3, attempts(state));

        apply(new Command.RemovePolicy(new AddressPattern("orders.#")));
        assertEquals(10, attempts(state));
    }

    @Test
    void theConfigurationFileReplacesOnlyItsOwnRules() {
        apply(new Command.ConfigurePolicies(List.of(PolicyRule.configured("#", attempts("5")))));
        apply(new Command.PutPolicy(PolicyRule.of("orders.*", attempts("6"))));
        apply(new Command.ConfigurePolicies(List.of()));

        assertEquals(6, attempts(state));
        assertEquals(1, state.policies().rules().size());
    }

    @Test
    void anAddressOwnSettingWinsUntilItIsTakenAway() {
        apply(new Command.PutPolicy(PolicyRule.of("orders.#", attempts("3"))));
        apply(new Command.UpdateAddress(ORDERS, attempts("7")));
        assertEquals(7, attempts(state));

        apply(new Command.UpdateAddress(ORDERS, PolicyValues.NONE));
        assertEquals(3, attempts(state));
    }

    @Test
    void whatDoesNotExistIsRefused() {
        Rejection rule =
                apply(new Command.RemovePolicy(new AddressPattern("x"))).rejection();
        Rejection address = apply(new Command.UpdateAddress(AddressKey.of("x"), PolicyValues.NONE))
                .rejection();

        assertNotNull(rule);
        assertEquals(ErrorCode.NOT_FOUND, rule.code());
        assertNotNull(address);
        assertEquals(ErrorCode.NOT_FOUND, address.code());
    }

    @Test
    void rulesAndSettingsAreInTheCheckpoint() {
        apply(new Command.ConfigurePolicies(List.of(PolicyRule.configured("#", attempts("5")))));
        apply(new Command.PutPolicy(PolicyRule.of("orders.#", PolicyValues.of(PolicyKey.EXPIRY_ADDRESS, "late"))));
        apply(new Command.UpdateAddress(ORDERS, attempts("7")));
        ByteWriter out = new ByteWriter(1024);
        StateCodec.writeHead(state, out);
        state.addresses().forEach(address -> StateCodec.writeAddress(address, out));

        ShardState read = new ShardState();
        StateCodec.read(out.written(), read);

        assertEquals(state.policies(), read.policies());
        assertEquals(7, attempts(read));
        AddressState bills = read.address(AddressKey.of("bills"));
        assertNotNull(bills);
        assertEquals(5, bills.policy().number(PolicyKey.MAX_ATTEMPTS));
    }
}
