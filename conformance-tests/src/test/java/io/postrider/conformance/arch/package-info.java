// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/** The rules about who may see what, checked on the compiled classes of every module. */
package io.postrider.conformance.arch;
