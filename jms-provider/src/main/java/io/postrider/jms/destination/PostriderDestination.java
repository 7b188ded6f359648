// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.destination;

import jakarta.jms.Destination;
import java.io.Serializable;
import java.util.Objects;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;

/** A destination: its kind and name. Immutable, so any thread may use it; equal by kind and name. */
public abstract class PostriderDestination implements Destination, Serializable, Referenceable {
    private static final long serialVersionUID = 1L;

    /** Class that turns a {@link Reference} back into the object; named, because it lies above this package. */
    public static final String OBJECT_FACTORY = "io.postrider.jms.jndi.PostriderObjectFactory";
    /** Key of a reference's address that holds the name. */
    public static final String NAME_KEY = "name";

    private final DestinationKind kind;
    private final String name;

    PostriderDestination(DestinationKind kind, String name) {
        this.kind = kind;
        this.name = Objects.requireNonNull(name, "name");
    }

    public DestinationKind kind() {
        return kind;
    }

    public String name() {
        return name;
    }

    @Override
    public Reference getReference() {
        return new Reference(getClass().getName(), new StringRefAddr(NAME_KEY, name), OBJECT_FACTORY, null);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PostriderDestination that && kind == that.kind && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + name.hashCode();
    }

    /** The name, as applications print it. */
    @Override
    public String toString() {
        return name;
    }
}
