// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a YAML file as flat settings: nested names joined by dots, list elements as {@code [0]}. Works on the parse tree
 * rather than on loaded objects, because only that still knows the line of each setting.
 */
final class YamlFile {
    private final Path file;
    private final TextSource target;
    private final List<String> problems;

    private YamlFile(Path file, TextSource target, List<String> problems) {
        this.file = file;
        this.target = target;
        this.problems = problems;
    }

    static TextSource read(Path file, List<String> problems) {
        TextSource target = new TextSource(TextSource.ORDINAL_FILE);
        try (Reader reader = Files.newBufferedReader(file)) {
            Node root = new Yaml().compose(reader);
            if (root != null) {
                new YamlFile(file, target, problems).visit("", root);
            }
        } catch (MarkedYAMLException e) {
            String line = e.getProblemMark() == null
                    ? ""
                    : " line " + (e.getProblemMark().getLine() + 1);
            problems.add(file + line + ": not valid YAML: " + e.getProblem());
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
        return target;
    }

    private void visit(String name, Node node) {
        if (node instanceof MappingNode mapping) {
            Set<String> seen = new HashSet<>();
            for (NodeTuple entry : mapping.getValue()) {
                String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
                String full = name.isEmpty() ? key : name + "." + key;
                if (!seen.add(key)) {
                    problems.add(origin(entry.getKeyNode()) + ": " + full + " is there a second time");
                }
                visit(full, entry.getValueNode());
            }
        } else if (node instanceof SequenceNode sequence) {
            int index = 0;
            for (Node element : sequence.getValue()) {
                visit(name + "[" + index++ + "]", element);
            }
        } else if (node instanceof ScalarNode scalar) {
            leaf(name, scalar);
        }
    }

    private String origin(Node node) {
        return file + " line " + (node.getStartMark().getLine() + 1);
    }

    /** A section header with nothing under it is no setting; neither is an empty file. */
    private void leaf(String name, ScalarNode scalar) {
        String origin = origin(scalar);
        if (name.isEmpty()) {
            problems.add(origin + ": expected settings as 'name: value', but found '" + scalar.getValue() + "'");
        } else if (!scalar.getTag().equals(Tag.NULL)) {
            target.with(name, scalar.getValue(), origin);
        } else if (ConfigKey.isKnown(name)) {
            target.with(name, "", origin);
        }
    }
}
