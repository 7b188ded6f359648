// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.util.Optional;
import java.util.function.Supplier;

/** A program that is not part of the build and that some tests cannot do without. */
public enum OutsideProgram {
    PYTHON_PROTON("python3-qpid-proton", PythonProgram::missing),
    NODE_RHEA("node with the rhea package", NodeProgram::missing),
    CPP_PROTON("g++ and libqpid-proton-cpp12-dev", CppProgram::missing),
    SMALL_DISK("root, mkfs.ext4 and a loop device to mount a small disk", SmallDisk::missing);

    private final String description;
    private final Supplier<Optional<String>> probe;
    private Optional<String> missing;

    OutsideProgram(String description, Supplier<Optional<String>> probe) {
        this.description = description;
        this.probe = probe;
    }

    /** How a test that is skipped for want of this program words it. */
    public String skipReason() {
        return MissingProgram.REASON + description + " (" + missing().orElse("it is here") + ")";
    }

    /** Why it cannot be used here; empty if it can. Looked up once. */
    public synchronized Optional<String> missing() {
        if (missing == null) {
            missing = probe.get();
        }
        return missing;
    }
}
