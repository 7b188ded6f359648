// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.segment;

import java.nio.file.Path;

/**
 * A place where a file is not as it was written. Immutable.
 *
 * @param position in the file
 * @param finding what is there, and what was expected
 */
public record Damage(Path file, long position, String finding) {}
