// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.command.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of one log entry and who waits for them. Owned by the shard's thread; reused. */
final class Batch {
    private final List<Command> commands = new ArrayList<>();
    private final List<@Nullable Completion> completions = new ArrayList<>();
    private long[] tokens = new long[64];
    private int[] bodyPositions = new int[64];
    private int[] bodyLengths = new int[64];
    long index;
    long timeMs;
    /** Bytes of the messages and chunks in it. */
    long bytes;

    void add(Command command, @Nullable Completion completion, long token) {
        if (commands.size() == tokens.length) {
            tokens = Arrays.copyOf(tokens, tokens.length * 2);
            bodyPositions = Arrays.copyOf(bodyPositions, tokens.length);
            bodyLengths = Arrays.copyOf(bodyLengths, tokens.length);
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

    /** Says where in the entry the body of a command is; a length of 0 for none. */
    void setBody(int i, int position, int length) {
        bodyPositions[i] = position;
        bodyLengths[i] = length;
    }

    int bodyPosition(int i) {
        return bodyPositions[i];
    }

    int bodyLength(int i) {
        return bodyLengths[i];
    }

    void clear() {
        commands.clear();
        completions.clear();
        bytes = 0;
    }
}
