// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.store.tools.StorePrinter.Format;
import java.util.function.Consumer;

/** One line under construction. Owned by the thread that prints. */
final class PrintedLine {
    private final Format format;
    private final Consumer<String> out;
    private final StringBuilder line = new StringBuilder();

    PrintedLine(Format format, String what, Consumer<String> out) {
        this.format = format;
        this.out = out;
        line.append(format == Format.JSON ? "{\"what\":\"" + what + "\"" : what);
    }

    PrintedLine number(String name, long value) {
        line.append(format == Format.JSON ? ",\"" + name + "\":" + value : " " + name + "=" + value);
        return this;
    }

    PrintedLine text(String name, String value) {
        line.append(
                format == Format.JSON
                        ? ",\"" + name + "\":\"" + JsonText.escaped(value) + "\""
                        : " " + name + "=" + value);
        return this;
    }

    void print() {
        out.accept(format == Format.JSON ? line.append('}').toString() : line.toString());
    }
}
