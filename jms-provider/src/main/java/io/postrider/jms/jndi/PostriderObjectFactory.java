// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.jndi;

import io.postrider.jms.PostriderConnectionFactory;
import io.postrider.jms.PostriderXAConnectionFactory;
import io.postrider.jms.destination.PostriderDestination;
import io.postrider.jms.destination.PostriderQueue;
import io.postrider.jms.destination.PostriderTopic;
import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.NamingException;
import javax.naming.RefAddr;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import org.jspecify.annotations.Nullable;

/** Makes our factories and destinations again of the references a naming service stored. */
public final class PostriderObjectFactory implements ObjectFactory {

    @Override
    public @Nullable Object getObjectInstance(
            @Nullable Object object,
            @Nullable Name name,
            @Nullable Context context,
            @Nullable Hashtable<?, ?> environment)
            throws NamingException {
        if (!(object instanceof Reference reference)) {
            return null;
        }
        String type = reference.getClassName();
        if (type.equals(PostriderConnectionFactory.class.getName())) {
            return new PostriderConnectionFactory(
                    text(reference, PostriderConnectionFactory.USER_KEY),
                    text(reference, PostriderConnectionFactory.PASSWORD_KEY),
                    required(reference, PostriderConnectionFactory.URI_KEY));
        }
        if (type.equals(PostriderXAConnectionFactory.class.getName())) {
            return new PostriderXAConnectionFactory(
                    text(reference, PostriderConnectionFactory.USER_KEY),
                    text(reference, PostriderConnectionFactory.PASSWORD_KEY),
                    required(reference, PostriderConnectionFactory.URI_KEY));
        }
        if (type.equals(PostriderQueue.class.getName())) {
            return new PostriderQueue(required(reference, PostriderDestination.NAME_KEY));
        }
        if (type.equals(PostriderTopic.class.getName())) {
            return new PostriderTopic(required(reference, PostriderDestination.NAME_KEY));
        }
        return null;
    }

    private static @Nullable String text(Reference reference, String key) {
        RefAddr address = reference.get(key);
        Object content = address == null ? null : address.getContent();
        return content == null ? null : content.toString();
    }

    private static String required(Reference reference, String key) throws NamingException {
        String value = text(reference, key);
        if (value == null) {
            throw new NamingException("Expected '" + key + "' in a reference to " + reference.getClassName());
        }
        return value;
    }
}
