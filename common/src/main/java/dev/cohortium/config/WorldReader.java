package dev.cohortium.config;

import static dev.cohortium.config.Kind.number;
import static dev.cohortium.config.Kind.wholeNumber;
import static dev.cohortium.config.Kind.wordOf;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.cohortium.config.World.Anonymous;
import dev.cohortium.config.World.Arrivals;
import dev.cohortium.config.World.Category;
import dev.cohortium.config.World.Dirt;
import dev.cohortium.config.World.Effect;
import dev.cohortium.config.World.Experiment;
import dev.cohortium.config.World.HugeAccounts;
import dev.cohortium.config.World.Joining;
import dev.cohortium.config.World.Membership;
import dev.cohortium.config.World.Pilot;
import dev.cohortium.config.World.Purchases;
import dev.cohortium.config.World.Receipts;
import dev.cohortium.config.World.Region;
import dev.cohortium.config.World.Selection;
import dev.cohortium.config.World.Survey;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a world once, from HOCON, as strictly as a study is read: every problem is reported
 * together. Defaults are those of conf/world-reference.conf; regions, channels and categories that
 * the world names replace those named there.
 */
public final class WorldReader {
  private static final List<String> MONTHS_OF_A_YEAR =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final int MOST_MONTHS = 240;
  private static final int MOST_HORIZON = 60;

  /** Customers of all replicates together: ids and tasks are numbered with room to spare. */
  private static final long MOST_LIVES = 1_000_000_000L;

  /** Above it, one account would take a machine for itself. */
  private static final int MOST_ORDERS = 100_000;

  private static final Kind<Double> SHARE = number(0, 1);
  private static final Kind<Double> WEIGHT = number(0.000001, 1_000_000);
  private static final Kind<Double> FACTOR = number(0, 10);
  private static final Kind<Double> SLOPE = number(-10, 10);
  private static final Kind<Integer> MONTH = wholeNumber(0, MOST_MONTHS);

  private WorldReader() {}

  /**
   * Reads the world in {@code file}.
   *
   * @param settings {@code key=value} each, which the command line sets
   * @throws UserFault if there is no such file, or anything is wrong with it
   */
  public static World read(Path file, List<String> settings, Map<String, String> environment) {
    return parse(Document.WORLD.text(file), file.toString(), settings, environment);
  }

  /** Reads the world that {@code hocon} is; {@code origin} names it in messages. */
  public static World parse(
      String hocon, String origin, List<String> settings, Map<String, String> environment) {
    return Hocon.read(
        new Hocon(Document.WORLD, origin), hocon, settings, environment, WorldReader::world);
  }

  private static World world(Section root, Problems problems) {
    int months = whole(root, "months", wholeNumber(2, MOST_MONTHS));
    World world =
        new World(
            whole(root, "seed", wholeNumber(0, Integer.MAX_VALUE)),
            whole(root, "customers", wholeNumber(1, 200_000_000)),
            whole(root, "replicates", wholeNumber(1, 100_000)),
            root.value("start", Kind.MONTH).orElseThrow(),
            months,
            root.value("currency", Kind.CURRENCY).orElseThrow(),
            root.value("format", wordOf(World.Format.class)).orElseThrow(),
            regions(root.choices("regions")),
            some(root.choices("channels").values(Kind.IDENTIFIER, WEIGHT), root, "channels"),
            categories(root.choices("categories")),
            seasons(root.section("seasons")),
            arrivals(root.section("arrivals")),
            purchases(root.section("purchases")),
            receipts(root.section("receipts")),
            hugeAccounts(root.section("huge-accounts")),
            anonymous(root.section("anonymous")),
            joining(root.section("joining")),
            effect(root.section("effect")),
            membership(root.section("membership")),
            experiment(root.section("experiment")),
            pilot(root.section("pilot")),
            survey(root.section("survey")),
            dirt(root.section("dirt")),
            horizons(root.section("truth")),
            parameters(root));
    refuseWhatDoesNotFit(world, root);
    root.refuseUnknown();
    problems.refuseIfAny();
    return world;
  }

  private static void refuseWhatDoesNotFit(World world, Section root) {
    if ((long) world.customers() * world.replicates() > MOST_LIVES) {
      root.refuse("replicates", "times customers must be at most " + MOST_LIVES);
    }
    if (world.regions().isEmpty()) {
      root.refuse("regions", "must name at least one region");
    }
    if (world.categories().isEmpty()) {
      root.refuse("categories", "must name at least one category");
    }
    if (world.membership().gold() < world.membership().silver()) {
      root.section("membership").refuse("gold", "must be at least membership.silver");
    }
    if (mostOrders(world) > MOST_ORDERS) {
      root.section("purchases")
          .refuse(
              "orders",
              "with seasons, growth, effect and huge-accounts is more than %,d a month of one account"
                  .formatted(MOST_ORDERS));
    }
    refuseWhatNeverBegins(world, root);
    if (world.pilot().stores() > 0) {
      refusePilot(world, root);
    }
  }

  /** Expected orders of an account that is as busy as any, in the busiest month. */
  private static double mostOrders(World world) {
    double growth = Math.pow(1 + world.purchases().growth(), (world.months() - 1) / 12.0);
    double effect =
        world.regions().values().stream()
            .mapToDouble(region -> Math.pow(world.effect().orders(), region.strength()))
            .max()
            .orElse(1);
    return world.purchases().orders()
        * (world.hugeAccounts().share() > 0 ? world.hugeAccounts().orders() : 1)
        * Collections.max(world.seasons())
        * Math.max(1, growth)
        * Math.max(1, effect);
  }

  private static void refuseWhatNeverBegins(World world, Section root) {
    String sentence = "must be below the " + world.months() + " months of the world";
    if (world.joining().hazard() > 0) {
      refuseLaunches(world, root, sentence);
    }
    if (world.experiment().takesPlace() && world.experiment().fromMonth() >= world.months()) {
      root.section("experiment").refuse("from-month", sentence);
    }
    if (world.pilot().stores() > 0 && world.pilot().fromMonth() >= world.months()) {
      root.section("pilot").refuse("from-month", sentence);
    }
  }

  private static void refuseLaunches(World world, Section root, String sentence) {
    world
        .regions()
        .forEach(
            (name, region) -> {
              boolean isTooLate = region.launchMonth() >= world.months();
              if (isTooLate && root.has("regions")) {
                root.section("regions").section(name).refuse("launch-month", sentence);
              } else if (isTooLate) {
                root.refuse(
                    "months",
                    "must be above "
                        + region.launchMonth()
                        + ", when the programme begins in "
                        + name);
              }
            });
  }

  private static void refusePilot(World world, Section root) {
    Section pilot = root.section("pilot");
    world
        .regions()
        .forEach(
            (name, region) -> {
              if (world.pilot().stores() >= region.stores()) {
                pilot.refuse(
                    "stores",
                    "must be below the "
                        + region.stores()
                        + " of "
                        + name
                        + ": some stay as they are");
              }
            });
    if (!world.channels().containsKey(World.STORE_CHANNEL)) {
      pilot.refuse("stores", "needs a channel named " + World.STORE_CHANNEL);
    }
  }

  private static Map<String, Double> some(Map<String, Double> named, Section root, String key) {
    if (named.isEmpty()) {
      root.refuse(key, "must name at least one");
    }
    return named;
  }

  private static double real(Section section, String key, Kind<Double> kind) {
    return section.value(key, kind).orElseThrow();
  }

  private static int whole(Section section, String key, Kind<Integer> kind) {
    return section.value(key, kind).orElseThrow();
  }

  /** All that holds, with what each region and category leaves out. */
  private static String parameters(Section root) {
    Config all = ConfigFactory.parseString(root.json());
    for (Map.Entry<String, Region> named : regions(root.section("regions")).entrySet()) {
      Region region = named.getValue();
      String at = "regions." + named.getKey() + ".";
      all =
          all.withValue(at + "share", ConfigValueFactory.fromAnyRef(region.share()))
              .withValue(at + "stores", ConfigValueFactory.fromAnyRef(region.stores()))
              .withValue(at + "launch-month", ConfigValueFactory.fromAnyRef(region.launchMonth()))
              .withValue(at + "strength", ConfigValueFactory.fromAnyRef(region.strength()));
    }
    for (Map.Entry<String, Category> named : categories(root.section("categories")).entrySet()) {
      Category category = named.getValue();
      String at = "categories." + named.getKey() + ".";
      all =
          all.withValue(at + "share", ConfigValueFactory.fromAnyRef(category.share()))
              .withValue(at + "price", ConfigValueFactory.fromAnyRef(category.price()))
              .withValue(at + "margin", ConfigValueFactory.fromAnyRef(category.margin()));
    }
    return all.root().render(ConfigRenderOptions.concise().setFormatted(true));
  }

  private static Map<String, Region> regions(Section section) {
    Map<String, Region> regions = new LinkedHashMap<>();
    section
        .sections(Kind.IDENTIFIER)
        .forEach(
            (name, region) ->
                regions.put(
                    name,
                    new Region(
                        region.value("share", WEIGHT).orElse(1.0),
                        region.value("stores", wholeNumber(1, 10_000)).orElse(1),
                        region.value("launch-month", MONTH).orElse(0),
                        region.value("strength", SLOPE).orElse(1.0))));
    return regions;
  }

  private static Map<String, Category> categories(Section section) {
    Map<String, Category> categories = new LinkedHashMap<>();
    section
        .sections(Kind.IDENTIFIER)
        .forEach(
            (name, category) ->
                categories.put(
                    name,
                    new Category(
                        category.value("share", WEIGHT).orElse(1.0),
                        category.value("price", WEIGHT).orElse(1.0),
                        category.value("margin", SHARE).orElse(0.3))));
    return categories;
  }

  private static List<Double> seasons(Section section) {
    return MONTHS_OF_A_YEAR.stream().map(month -> real(section, month, FACTOR)).toList();
  }

  private static Arrivals arrivals(Section section) {
    return new Arrivals(
        real(section, "before-start", SHARE), real(section, "growth", number(-0.9, 10)));
  }

  private static Purchases purchases(Section section) {
    return new Purchases(
        real(section, "orders", number(0.001, 1000)),
        real(section, "shape", number(0.05, 1_000_000)),
        real(section, "transient-sd", number(0, 3)),
        real(section, "persistence", number(0, 0.999)),
        real(section, "drop-out", SHARE),
        real(section, "growth", number(-0.9, 10)));
  }

  private static Receipts receipts(Section section) {
    return new Receipts(
        real(section, "mean", number(0.1, 100_000)),
        real(section, "between", number(0, 3)),
        real(section, "within", number(0, 3)),
        real(section, "price-trend", number(-0.9, 10)),
        real(section, "discounted", SHARE),
        real(section, "discount", number(0, 0.9)),
        real(section, "returned", SHARE));
  }

  private static HugeAccounts hugeAccounts(Section section) {
    return new HugeAccounts(
        real(section, "share", SHARE),
        real(section, "orders", number(1, 1000)),
        real(section, "receipt", number(1, 1000)));
  }

  private static Anonymous anonymous(Section section) {
    return new Anonymous(
        real(section, "before-joining", SHARE),
        real(section, "receipts", SHARE),
        real(section, "member-receipts", SHARE));
  }

  private static Joining joining(Section section) {
    return new Joining(
        section.value("selection", wordOf(Selection.class)).orElseThrow(),
        real(section, "hazard", number(0, 0.999)),
        real(section, "on-level", SLOPE),
        whole(section, "memory", wholeNumber(1, 60)),
        real(section, "on-orders", SLOPE),
        real(section, "on-revenue", SLOPE),
        real(section, "on-recent", SLOPE),
        real(section, "on-rate", SLOPE),
        real(section, "on-change", SLOPE));
  }

  private static Effect effect(Section section) {
    return new Effect(
        real(section, "orders", number(0.01, 10)),
        real(section, "receipt", number(0.01, 10)),
        real(section, "drop-out", number(0.01, 10)),
        real(section, "discount", number(0, 0.9)),
        whole(section, "ramp-months", wholeNumber(1, 60)),
        real(section, "responders", SHARE));
  }

  private static Membership membership(Section section) {
    return new Membership(
        real(section, "leaving", SHARE),
        real(section, "points-per-unit", number(0, 1000)),
        whole(section, "redeem-from", wholeNumber(1, 1_000_000)),
        real(section, "redemption", SHARE),
        whole(section, "expire-months", wholeNumber(1, MOST_MONTHS)),
        real(section, "cost-per-point", number(0, 1000)),
        real(section, "silver", number(0, 1e9)),
        real(section, "gold", number(0, 1e9)));
  }

  private static Experiment experiment(Section section) {
    return new Experiment(
        section.value("id", Kind.PROGRAMME).orElseThrow(),
        whole(section, "from-month", wholeNumber(1, MOST_MONTHS)),
        real(section, "control-share", SHARE),
        real(section, "contamination", SHARE),
        whole(section, "contact-months", wholeNumber(0, MOST_MONTHS)),
        real(section, "contacted", SHARE),
        real(section, "contact-lift", number(0, 10)));
  }

  private static Pilot pilot(Section section) {
    return new Pilot(
        whole(section, "stores", wholeNumber(0, 10_000)),
        whole(section, "from-month", MONTH),
        real(section, "lift", number(0.01, 10)));
  }

  private static Survey survey(Section section) {
    return new Survey(
        real(section, "asked", SHARE),
        real(section, "answered", number(0.001, 0.999)),
        real(section, "nps", number(0, 10)),
        real(section, "rival", SHARE));
  }

  private static List<Integer> horizons(Section section) {
    return section.someOf("horizons", wholeNumber(1, MOST_HORIZON)).stream().sorted().toList();
  }

  private static Dirt dirt(Section section) {
    Dirt dirt =
        new Dirt(
            real(section, "duplicates", SHARE),
            real(section, "late", SHARE),
            real(section, "malformed", SHARE),
            real(section, "unknown-enums", SHARE),
            real(section, "clock-errors", SHARE),
            real(section, "null-keys", SHARE));
    double spoilt =
        dirt.duplicates()
            + dirt.malformed()
            + dirt.unknownEnums()
            + dirt.clockErrors()
            + dirt.nullKeys();
    if (spoilt > 1) {
      section.refuse("duplicates", "and the other shares of spoilt rows must sum to at most 1");
    }
    return dirt;
  }
}
