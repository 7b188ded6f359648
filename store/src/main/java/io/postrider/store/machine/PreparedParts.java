// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.machine;

import io.postrider.api.command.Command;
import io.postrider.api.command.OffsetRanges;
import io.postrider.api.message.Annotations;
import java.util.ArrayList;
import java.util.List;

/** What the parts of a prepared branch hold of the messages they end. Stateless. */
public final class PreparedParts {
    /** Messages of a subscription that a part ends when it is committed. */
    public record Held(int subscriptionId, int epoch, OffsetRanges offsets) {}

    private PreparedParts() {}

    /** What a part holds; empty for a send. */
    public static List<Held> held(Command part) {
        if (part instanceof Command.Settle settle) {
            return List.of(new Held(settle.subscriptionId(), settle.epoch(), settle.offsets()));
        }
        if (part instanceof Command.DeadLetter letter) {
            return List.of(new Held(letter.subscriptionId(), letter.epoch(), OffsetRanges.of(letter.offset())));
        }
        if (part instanceof Command.Requeue requeue) {
            return List.of(new Held(requeue.subscriptionId(), requeue.epoch(), OffsetRanges.of(requeue.offset())));
        }
        return List.of();
    }

    /** How what a part holds returns to its place when the branch is rolled back: with a failed attempt, for its consumer has seen it. */
    static List<Command.Requeue> returned(Command part) {
        List<Command.Requeue> all = new ArrayList<>();
        for (Held held : held(part)) {
            for (int range = 0; range < held.offsets().rangeCount(); range++) {
                for (long offset = held.offsets().first(range);
                        offset <= held.offsets().last(range);
                        offset++) {
                    all.add(new Command.Requeue(
                            held.subscriptionId(), held.epoch(), offset, true, Annotations.NONE, 0));
                }
            }
        }
        return all;
    }
}
