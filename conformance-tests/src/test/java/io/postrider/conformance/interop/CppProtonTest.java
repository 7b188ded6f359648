// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Needs;
import io.postrider.conformance.kit.OutsideProgram;

@Needs(OutsideProgram.CPP_PROTON)
class CppProtonTest extends ClientContract {
    CppProtonTest() {
        super(Clients.CPP_PROTON);
    }
}
