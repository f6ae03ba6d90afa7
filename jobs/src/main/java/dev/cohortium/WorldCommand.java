package dev.cohortium;

import dev.cohortium.config.UserFault;
import dev.cohortium.config.World;
import dev.cohortium.config.WorldReader;
import dev.cohortium.world.WorldWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a world whose truth is known. */
@Command(
    description = "Writes the sources of a made-up retailer, and the true effect beside them.",
    mixinStandardHelpOptions = true)
final class WorldCommand implements Callable<Integer> {
  private final Commands commands;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description = "The world: conf/world-reference.conf documents every key.")
  private Path file;

  @Option(names = "--out", paramLabel = "DIR|URI", description = "An empty folder, or none yet.")
  private String out;

  @Option(names = "--customers", paramLabel = "N", description = "Overrides the world's.")
  private String customers;

  @Option(names = "--months", paramLabel = "M", description = "Overrides the world's.")
  private String months;

  @Option(names = "--seed", paramLabel = "S", description = "Overrides the world's.")
  private String seed;

  WorldCommand(Commands commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() {
    if (file == null || out == null) {
      throw new UserFault(
          "A world needs a file and an empty folder, as in cohortium world --conf"
              + " conf/club-world.conf --out club; conf/world-reference.conf documents every key.");
    }
    World world = WorldReader.read(Commands.shipped(file), settings(), commands.environment());
    try (Terminal terminal = commands.terminal()) {
      new WorldWriter(commands.start("world", terminal), world, out, terminal).write();
      terminal.step("done");
    }
    commands.print("The sources are in " + out + "/sources, the truth is in " + out + "/truth.\n");
    return 0;
  }

  private List<String> settings() {
    List<String> settings = new ArrayList<>();
    add(settings, "customers", customers);
    add(settings, "months", months);
    add(settings, "seed", seed);
    return settings;
  }

  private static void add(List<String> settings, String key, String value) {
    if (value != null) {
      settings.add(key + "=" + value);
    }
  }
}
