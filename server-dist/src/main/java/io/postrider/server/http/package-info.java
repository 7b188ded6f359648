// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The HTTP side: health, the REST API under {@code /api/v1}, metrics. Everything runs on the event loop of the HTTP
 * listener; the broker answers on another thread and {@link io.postrider.server.http.Answer} comes back from there. Start
 * with {@link io.postrider.server.http.ApiRoutes}.
 */
@NullMarked
package io.postrider.server.http;

import org.jspecify.annotations.NullMarked;
