// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Versioned bytes of commands, messages and state; nobody else encodes or decodes them. Diagrams: {@code docs/formats/entries.md}.
 */
@NullMarked
package io.postrider.store.codec;

import org.jspecify.annotations.NullMarked;
