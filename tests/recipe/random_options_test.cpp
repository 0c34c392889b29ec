#include "tests/recipe/random_options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "temper/recipe/overloaded.h"

namespace temper::recipe::testing {
namespace {

double number(const Bounds& bounds, Random& random) {
  const double low = std::isfinite(bounds.low) ? bounds.low : -1000;
  const double high = std::isfinite(bounds.high) ? bounds.high : std::max(low, 0.0) + 1000;
  return random.uniform(low, high);
}

std::int64_t whole(const Bounds& bounds, Random& random) {
  return static_cast<std::int64_t>(std::ceil(number(bounds, random)));
}

std::string text(Random& random) {
  static const std::vector<std::string> pieces{"a", "Z", "9", " ",    "\"", "\\", "\n", "\t",
                                               "#", "'", "é", "\x01", "]",  "=",  "."};
  std::string result;
  for (auto n = random.below(12); n > 0; --n) result += pieces[random.below(pieces.size())];
  return result;
}

void randomise_slot(const Slot& slot, const Meta& meta, Random& random, Schedules& schedules,
                    const std::string& path) {
  std::visit(
      Overloaded{
          [&](double* to) {
            *to = number(meta.bounds, random);
            if (!meta.scheduled || !random.chance(0.3)) return;
            schedule::Schedule schedule;
            Schedules none;
            randomise_slot(temper::slot(schedule), {}, random, none, "");
            schedules.insert_or_assign(path, schedule);
          },
          [&](std::int64_t* to) { *to = whole(meta.bounds, random); },
          [&](bool* to) { *to = random.chance(0.5); }, [&](std::string* to) { *to = text(random); },
          [&](Auto* to) {
            to->value.reset();
            if (random.chance(0.5)) to->value = whole(meta.bounds, random);
          },
          [&](const std::function<EnumView()>& view) {
            view().set(random.below(view().names.size()));
          },
          [&](const std::function<Group()>& view) { randomise(view(), random, schedules, path); },
          [&](const std::function<OptionalView()>& view) {
            view().set_present(random.chance(0.5));
            if (view().present) randomise_slot(view().value(), meta, random, schedules, path);
          },
          [&](const std::function<ChoiceView()>& view) {
            view().select(random.below(view().kinds.size()));
            randomise(view().active(), random, schedules, path);
          },
          [&](const std::function<ListView()>& view) {
            view().resize(random.below(4));
            for (std::size_t i = 0; i < view().size; ++i)
              randomise_slot(view().at(i), meta, random, schedules, join(path, std::to_string(i)));
          }},
      slot);
}

}  // namespace

void randomise(const Group& options, Random& random, Schedules& schedules,
               const std::string& path) {
  for (const auto& item : options.items)
    randomise_slot(item.slot, item.meta, random, schedules, join(path, item.meta.name));
}

}  // namespace temper::recipe::testing
