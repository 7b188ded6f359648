// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.api.address;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The reference page lists every setting as the code has it. {@link #main} writes its table anew. */
class PolicyReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/policies.md");
    private static final String HEAD = "| --- | --- | --- | --- |\n";

    private static String row(PolicyKey key) {
        String type = key.type() == PolicyType.CHOICE
                ? String.join(", ", key.choices())
                : key.type().name().toLowerCase(Locale.ROOT);
        return "| `" + key.text() + "` | " + type + " | " + (key.fallback().isEmpty() ? "" : "`" + key.fallback() + "`")
                + " | " + key.meaning() + " |\n";
    }

    private static String table() {
        return Arrays.stream(PolicyKey.values()).map(PolicyReferenceTest::row).collect(Collectors.joining());
    }

    @Test
    void thePageListsEverySetting() throws IOException {
        String page = Files.readString(PAGE);

        assertEquals(table(), page.substring(page.indexOf(HEAD) + HEAD.length()));
    }

    public static void main(String[] arguments) throws IOException {
        Path page = Path.of(arguments[0]);
        String text = Files.readString(page);
        Files.writeString(page, text.substring(0, text.indexOf(HEAD) + HEAD.length()) + table());
    }
}
