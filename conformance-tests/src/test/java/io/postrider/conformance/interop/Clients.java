// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.interop;

import io.postrider.conformance.kit.CppProgram;
import io.postrider.conformance.kit.NodeProgram;
import io.postrider.conformance.kit.OutsideProgram;
import io.postrider.conformance.kit.PythonProgram;
import io.postrider.jms.PostriderConnectionFactory;
import java.util.Optional;
import org.apache.qpid.jms.JmsConnectionFactory;

/** The clients we test with. */
enum Clients {
    POSTRIDER_JMS(new JmsClient(PostriderConnectionFactory::new), null),
    QPID_JMS(new JmsClient(JmsConnectionFactory::new), null),
    PYTHON_PROTON(new ScriptClient(() -> PythonProgram.command("client.py")), OutsideProgram.PYTHON_PROTON),
    NODE_RHEA(new ScriptClient(() -> NodeProgram.command("client.mjs")), OutsideProgram.NODE_RHEA),
    CPP_PROTON(new ScriptClient(() -> CppProgram.command("client")), OutsideProgram.CPP_PROTON);

    private final InteropClient client;
    private final OutsideProgram program;

    Clients(InteropClient client, OutsideProgram program) {
        this.client = client;
        this.program = program;
    }

    InteropClient client() {
        return client;
    }

    /** The program it needs, if it needs one that is missing. */
    Optional<OutsideProgram> missing() {
        return Optional.ofNullable(program).filter(p -> p.missing().isPresent());
    }
}
