package dev.cohortium.world;

import dev.cohortium.config.World;
import dev.cohortium.config.World.Category;
import dev.cohortium.config.World.Region;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** What all customers of a world share, ready to be looked up. */
final class Setting implements Serializable {
  private static final long serialVersionUID = 1L;

  private final World world;
  private final Calendar calendar;
  private final List<String> regionNames;
  private final List<Region> regions;
  private final List<String> categoryNames;
  private final List<Category> categories;
  private final List<String> channels;
  private final List<Store> stores = new ArrayList<>();
  private final int[] firstStores;
  private final double[] rates;
  private final double[] prices;
  private final Weights byRegion;
  private final Weights byCategory;
  private final Weights byChannel;

  /** A place where the channel {@code store} sells, in every replicate. */
  record Store(String name, int region, boolean isPilot) implements Serializable {}

  Setting(World world) {
    this.world = world;
    calendar = new Calendar(world.start(), Person.LONGEST_BEFORE, world.months() + 1);
    regionNames = List.copyOf(world.regions().keySet());
    regions = List.copyOf(world.regions().values());
    categoryNames = List.copyOf(world.categories().keySet());
    categories = List.copyOf(world.categories().values());
    channels = List.copyOf(world.channels().keySet());
    byRegion = Weights.of(regions.stream().map(Region::share).toList());
    byCategory = Weights.of(categories.stream().map(Category::share).toList());
    byChannel = Weights.of(world.channels().values());
    firstStores = new int[regions.size()];
    for (int r = 0; r < regions.size(); r++) {
      firstStores[r] = stores.size();
      for (int s = 0; s < regions.get(r).stores(); s++) {
        // Every other one, so that large and small ones are in both arms.
        boolean isPilot = s % 2 == 0 && s / 2 < world.pilot().stores();
        boolean isFilledUp =
            s % 2 == 1 && (regions.get(r).stores() + 1) / 2 + s / 2 < world.pilot().stores();
        stores.add(
            new Store(
                String.format("%s-%02d", regionNames.get(r), s + 1), r, isPilot || isFilledUp));
      }
    }
    rates = new double[world.months()];
    prices = new double[world.months()];
    for (int t = 0; t < world.months(); t++) {
      rates[t] =
          world.seasons().get(calendar.season(t))
              * Math.pow(1 + world.purchases().growth(), t / 12.0);
      prices[t] = Math.pow(1 + world.receipts().priceTrend(), t / 12.0);
    }
  }

  World world() {
    return world;
  }

  int months() {
    return rates.length;
  }

  Calendar calendar() {
    return calendar;
  }

  /** Factor of everybody's order rate in a month: season and growth. */
  double rate(int month) {
    return rates[month];
  }

  /** Prices of a month relative to the first. */
  double price(int month) {
    return prices[month];
  }

  int regionAt(double share) {
    return byRegion.at(share);
  }

  Region region(int region) {
    return regions.get(region);
  }

  String regionName(int region) {
    return regionNames.get(region);
  }

  int categoryAt(double share) {
    return byCategory.at(share);
  }

  Category category(int category) {
    return categories.get(category);
  }

  String categoryName(int category) {
    return categoryNames.get(category);
  }

  int channelAt(double share) {
    return byChannel.at(share);
  }

  String channelName(int channel) {
    return channels.get(channel);
  }

  boolean hasStores(int channel) {
    return channels.get(channel).equals(World.STORE_CHANNEL);
  }

  List<Store> stores() {
    return stores;
  }

  /** Id of a store: with more replicates than one each has stores of its own. */
  String storeId(int store, int replicate) {
    String name = stores.get(store).name();
    return world.replicates() == 1 ? name : String.format("r%03d-%s", replicate, name);
  }

  /** One of a region's stores. */
  int storeAt(int region, double share) {
    return firstStores[region] + (int) (share * regions.get(region).stores());
  }

  /** Factor of what a store's receipts come to: that of the pilot. */
  double lift(int store, int month) {
    return store >= 0 && stores.get(store).isPilot() && month >= world.pilot().fromMonth()
        ? world.pilot().lift()
        : 1;
  }
}
