// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.wire;

import io.postrider.jms.error.RemoteError;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** Turns the engine's error conditions into our own. */
final class RemoteErrors {
    private RemoteErrors() {}

    static RemoteError of(@Nullable ErrorCondition condition) {
        if (condition == null || condition.getCondition() == null) {
            return RemoteError.NONE;
        }
        Map<String, String> info = new HashMap<>();
        Map<?, ?> raw = condition.getInfo();
        if (raw != null) {
            raw.forEach((key, value) -> info.put(String.valueOf(key), String.valueOf(value)));
        }
        return new RemoteError(condition.getCondition().toString(), condition.getDescription(), info);
    }
}
