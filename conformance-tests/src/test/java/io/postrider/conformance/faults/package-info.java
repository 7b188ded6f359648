// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The broker process is killed while clients work, and {@link io.postrider.conformance.kit.Checker} accounts for every
 * message. Start at {@code CrashTest}.
 */
package io.postrider.conformance.faults;
