// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Whole-process benchmarks: our broker beside a peer, in alternating runs with the same client. Start with {@link
 * io.postrider.conformance.bench.ThroughputBench}.
 */
package io.postrider.conformance.bench;
