// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.Needs;
import io.postrider.conformance.kit.OutsideProgram;

@Needs(OutsideProgram.PYTHON_PROTON)
class PythonProtonTest extends ClientContract {
    PythonProtonTest() {
        super(Clients.PYTHON_PROTON);
    }
}
