// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.api.port.EventLoop;
import io.postrider.store.machine.ShardState;
import io.postrider.store.queue.AddressState;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets retained messages go when the settings of their address say so: looks once a second while any address retains messages. Owned by the
 * shard's thread.
 */
final class Trimming {
    /** How often it looks. */
    static final long PERIOD_MS = 1000;

    private final ShardState state;
    private final ShardRunner runner;
    private final EventLoop loop;
    private final LongSupplier clockMs;
    private final TreeSet<Integer> candidates = new TreeSet<>();
    private @Nullable Runnable cancel;

    Trimming(ShardState state, ShardRunner runner, EventLoop loop, LongSupplier clockMs) {
        this.state = state;
        this.runner = runner;
        this.loop = loop;
        this.clockMs = clockMs;
    }

    /** An address is new, or its settings have changed. */
    void consider(AddressState address) {
        if (address.retention().isOn()) {
            candidates.add(address.id());
            if (cancel == null) {
                schedule();
            }
        }
    }

    private void schedule() {
        cancel = loop.schedule(PERIOD_MS, () -> {
            cancel = null;
            if (!runner.isFailed()) {
                trim(clockMs.getAsLong());
                if (!candidates.isEmpty()) {
                    schedule();
                }
            }
        });
    }

    private void trim(long nowMs) {
        for (int id : List.copyOf(candidates)) {
            AddressState address = state.address(id);
            if (address == null || !address.retention().isOn()) {
                candidates.remove(id);
                continue;
            }
            long upTo = address.retention().due(address.policy(), address.log().end(), nowMs);
            if (upTo > address.retention().from()) {
                runner.propose(new Command.Trim(id, upTo), null, 0);
            }
        }
    }

    /** Looks no more. */
    void stop() {
        candidates.clear();
        if (cancel != null) {
            cancel.run();
        }
    }
}
