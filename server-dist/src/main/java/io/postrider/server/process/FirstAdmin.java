// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.process;

import io.postrider.api.address.UserRecord;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.Reply;
import io.postrider.server.security.Secrets;
import io.postrider.server.security.UserMaker;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** There is no default password: a broker without users makes an administrator with a random one. */
final class FirstAdmin {
    static final String NAME = "admin";

    private FirstAdmin() {}

    /** Answers the password if there was no user at all. */
    static Optional<String> ensure(BrokerAdmin admin, UserMaker userMaker) {
        List<UserRecord> users = AwaitedReply.of(admin::users);
        if (!users.isEmpty()) {
            return Optional.empty();
        }
        String password = Secrets.password();
        UserRecord user = userMaker.make(NAME, password, Set.of(UserRecord.ADMIN_ROLE));
        AwaitedReply.of((Reply<UserRecord> reply) -> admin.putUser(user, reply));
        ServerLog.firstAdminMade(NAME);
        return Optional.of(password);
    }
}
