// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server;

import io.postrider.server.cli.ArchiveCommand;
import io.postrider.server.cli.BackupCommand;
import io.postrider.server.cli.BrowseCommand;
import io.postrider.server.cli.CliException;
import io.postrider.server.cli.ConsumerCommand;
import io.postrider.server.cli.DataCommand;
import io.postrider.server.cli.DlqCommand;
import io.postrider.server.cli.ExitCode;
import io.postrider.server.cli.ForwardCommand;
import io.postrider.server.cli.PolicyCommand;
import io.postrider.server.cli.QueueCommand;
import io.postrider.server.cli.ReceiveCommand;
import io.postrider.server.cli.RestoreCommand;
import io.postrider.server.cli.RunCommand;
import io.postrider.server.cli.SendCommand;
import io.postrider.server.cli.SubscriptionCommand;
import io.postrider.server.cli.TopicCommand;
import io.postrider.server.cli.TraceCommand;
import io.postrider.server.cli.TransactionCommand;
import io.postrider.server.cli.UserCommand;
import io.postrider.server.cli.VersionCommand;
import io.postrider.server.cli.WhyCommand;
import io.postrider.server.config.ConfigException;
import io.postrider.server.demo.DemoCommand;
import io.postrider.server.process.StartException;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code postrider}. */
@Command(
        name = "postrider",
        description = "A message broker for Jakarta Messaging and AMQP 1.0.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.VersionLine.class,
        footer = {
            "",
            "Exit codes: 0 done; 1 refused or failed; 2 wrong command line or configuration; 3 no broker answers;",
            "4 nothing there; 5 not allowed. Each command has --help."
        })
public final class Main implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            DemoCommand.class,
            SendCommand.class,
            ReceiveCommand.class,
            BrowseCommand.class,
            QueueCommand.class,
            TopicCommand.class,
            SubscriptionCommand.class,
            PolicyCommand.class,
            DlqCommand.class,
            ConsumerCommand.class,
            ForwardCommand.class,
            TraceCommand.class,
            WhyCommand.class,
            TransactionCommand.class,
            UserCommand.class,
            DataCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            ArchiveCommand.class,
            VersionCommand.class);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before the command runs
    private CommandSpec spec;

    public static void main(String[] args) {
        if (!Arrays.asList(args).contains("run")) {
            // Only the broker logs; a command says what it has to say by itself. Read by conf/logback.xml.
            System.setProperty("postrider.log.level", System.getProperty("postrider.log.level", "OFF"));
        }
        System.exit(commandLine(args).execute(args));
    }

    /**
     * The command line with its errors turned into sentences and exit codes.
     *
     * <p>A broker that starts knows its own command only: reading the annotations of all others would take longer than
     * opening an empty store.
     */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new Main());
        List<Class<?>> commands = args.length > 0 && args[0].equals("run") ? List.of(RunCommand.class) : COMMANDS;
        commands.forEach(line::addSubcommand);
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler(Main::badUsage);
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command, parsed.originalArgs()));
        for (CommandLine each : line.getSubcommands().values()) {
            addHelp(each);
        }
        return line;
    }

    private static void addHelp(CommandLine command) {
        // Never twice: commands that are methods get their arguments by position, help options first.
        if (!command.getCommandSpec().mixinStandardHelpOptions()) {
            command.getCommandSpec().mixinStandardHelpOptions(true);
        }
        command.getSubcommands().values().forEach(Main::addHelp);
    }

    /** A bare {@code postrider}, or a bare {@code postrider queue}, shows what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int badUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            text.append(". Did you mean ")
                    .append(String.join(" or ", unmatched.getSuggestions()))
                    .append('?');
        }
        String help = "Try '" + command.getCommandSpec().qualifiedName() + " --help'.";
        report(command, List.of(args), text + " " + help, ExitCode.USAGE);
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, List<String> args) {
        int exitCode = e instanceof CliException cli
                ? cli.exitCode()
                : e instanceof ConfigException ? ExitCode.USAGE : ExitCode.FAILED;
        boolean isExpected = e instanceof CliException || e instanceof ConfigException || e instanceof StartException;
        report(command, args, isExpected ? String.valueOf(e.getMessage()) : "Unexpected: " + e, exitCode);
        if (!isExpected) {
            e.printStackTrace(command.getErr());
        }
        return exitCode;
    }

    private static void report(CommandLine command, List<String> args, String text, int exitCode) {
        PrintWriter err = command.getErr();
        if (args.contains("--json")) {
            err.println(new JsonObject()
                    .put("error", new JsonObject().put("message", text).put("exitCode", exitCode))
                    .encode());
        } else {
            text.lines().forEach(line -> err.println("postrider: " + line));
        }
        err.flush();
    }

    /** What {@code --version} prints. */
    static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"Postrider " + Objects.requireNonNull(io.postrider.server.run.Version.text())};
        }
    }
}
