// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Where the body of each message is on disk, and reading it back. Start with {@link io.postrider.store.body.BodyIndex}, then {@link
 * io.postrider.store.body.BodyReader}.
 */
@NullMarked
package io.postrider.store.body;

import org.jspecify.annotations.NullMarked;
