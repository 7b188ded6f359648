// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * What every black-box test stands on: {@link io.postrider.conformance.kit.BrokerUnderTest} runs the built distribution as
 * a process of its own, {@link io.postrider.conformance.kit.RawAmqpPeer} speaks to it frame by frame, and
 * {@link io.postrider.conformance.kit.OutsideProgram} says which foreign clients this machine has.
 */
package io.postrider.conformance.kit;
