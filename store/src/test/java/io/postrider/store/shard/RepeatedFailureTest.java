// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import static io.postrider.api.kit.MessageBuilder.aMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postrider.api.address.AddressKey;
import io.postrider.api.address.PolicyKey;
import io.postrider.api.address.PolicyRule;
import io.postrider.api.address.PolicyValues;
import io.postrider.api.delivery.Outcome;
import io.postrider.api.port.Producer;
import org.junit.jupiter.api.Test;

/** A consumer that fails one message after the other, and gives back what was sent ahead to it each time, as a JMS roll-back does. */
class RepeatedFailureTest extends TransactionKit {
    private static final int MESSAGES = 300;

    @Test
    void everyMessageComesUntilItsAttemptsAreUsedUp() {
        Answer<Long> answer = new Answer<>();
        broker.admin()
                .putPolicy(
                        PolicyRule.of(
                                "q",
                                PolicyValues.of(PolicyKey.MAX_ATTEMPTS, "3").with(PolicyKey.REDELIVERY_DELAY, "100")),
                        answer);
        answer.get();
        for (int i = 0; i < MESSAGES; i++) {
            producer.publish(aMessage().withBody("m" + i).build(), Producer.NO_REPLY);
        }
        settleDown();
        Sink sink = consumer("q", 1000);
        long limit = 1000;
        int failed = 0;
        int ended = 0;
        for (int quiet = 0; quiet < 5; ) {
            int now = sink.ids.size();
            if (ended == now) {
                loop.advance(100);
                settleDown();
                quiet++;
                continue;
            }
            quiet = 0;
            sink.consumer.credit(now, true);
            for (int i = now - 1; i > ended; i--) {
                sink.consumer.settle(sink.ids.get(i), Outcome.RELEASED, false);
            }
            sink.consumer.settle(sink.ids.get(ended), Outcome.FAILED, false);
            failed++;
            ended = now;
            settleDown();
            loop.advance(failed % 4 == 0 ? 3 : 0); // so that several are due together
            limit = now + 1000;
            sink.consumer.credit(limit, false);
            settleDown();
        }

        assertEquals(0, broker.state().address(AddressKey.of("q")).queue().depth(), "left after " + failed);
        assertEquals(3 * MESSAGES, failed);
    }
}
