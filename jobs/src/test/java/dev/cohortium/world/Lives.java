package dev.cohortium.world;

import dev.cohortium.config.World;
import dev.cohortium.config.WorldReader;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Lives of small worlds, all with a seed. */
final class Lives {
  private static final String SMALL = "months = 24, regions { all { launch-month = 8 } }\n";
  static final String STRONG =
      "effect { orders = 1.5, receipt = 1.2, drop-out = 0.5, discount = 0.1, ramp-months = 3 }\n";
  static final String ZERO = "effect { orders = 1, receipt = 1, drop-out = 1 }\n";

  private Lives() {}

  static Setting setting(String... hocon) {
    return new Setting(world(hocon));
  }

  static World world(String... hocon) {
    return WorldReader.parse(SMALL + String.join("\n", hocon), "test", List.of(), Map.of());
  }

  static Stream<Life> lives(Setting setting, int customers) {
    return LongStream.range(0, customers)
        .mapToObj(number -> new Life(setting, Person.of(setting, 0, number)));
  }

  static Stream<Life> members(Setting setting, int customers) {
    return lives(setting, customers).filter(life -> life.actual().hasJoined());
  }
}
