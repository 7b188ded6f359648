// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Configuration of the process: one record per feature, each validated when it is made. {@link
 * io.postrider.server.config.ConfigLoader} fills them from file, environment and command line and explains what is wrong
 * with a setting and where it came from; {@link io.postrider.server.config.ConfigKey} lists every key.
 */
@NullMarked
package io.postrider.server.config;

import org.jspecify.annotations.NullMarked;
