// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import io.postrider.store.codec.BodyPositions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of one log entry and who waits for them. Owned by the shard's thread; reused. */
final class Batch {
    private final List<Command> commands = new ArrayList<>();
    private final List<@Nullable Completion> completions = new ArrayList<>();
    private long[] tokens = new long[64];
    private final BodyPositions bodies = new BodyPositions();
    long index;
    long timeMs;
    /** Bytes of the messages and chunks in it. */
    long bytes;

    void add(Command command, @Nullable Completion completion, long token) {
        if (commands.size() == tokens.length) {
            tokens = Arrays.copyOf(tokens, tokens.length * 2);
        }
        tokens[commands.size()] = token;
        commands.add(command);
        completions.add(completion);
    }

    boolean isEmpty() {
        return commands.isEmpty();
    }

    int size() {
        return commands.size();
    }

    Command command(int i) {
        return commands.get(i);
    }

    @Nullable
    Completion completion(int i) {
        return completions.get(i);
    }

    long token(int i) {
        return tokens[i];
    }

    /** Where in the entry the bodies of the commands and of the parts of commits are. */
    BodyPositions bodies() {
        return bodies;
    }

    void clear() {
        commands.clear();
        completions.clear();
        bodies.clear();
        bytes = 0;
    }
}
