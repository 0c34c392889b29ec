#include "temper/train/data_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/search.h"

namespace temper::train {
namespace {

constexpr std::array<std::string_view, 2> kLists{"data.augment", "semi.augment"};

double* number(augment::Operation& operation, const std::string& option) {
  const auto view = group(operation);
  return std::get<double*>(recipe::find(view, option)->slot);
}

}  // namespace

DataDriver::DataDriver(const recipe::Recipe& recipe, const schedule::Horizon& horizon,
                       TrainingSize size, std::vector<RecipeOperations> views)
    : horizon_(horizon), size_(std::move(size)), views_(std::move(views)) {
  for (const auto& [path, schedule] : recipe.schedules) {
    for (const auto list : kLists) {
      if (!path.starts_with(std::string(list) + '.')) continue;
      const auto rest = path.substr(list.size() + 1);  // "0.p"
      const auto dot = rest.find('.');
      driven_.push_back(
          {std::string(list), std::stoul(rest.substr(0, dot)), rest.substr(dot + 1), schedule});
    }
  }
}

void DataDriver::apply(std::int64_t step, std::size_t view,
                       std::span<augment::Operation> operations) const {
  step = within_run(step);
  const auto& [first, count, of_view] = views_[view];
  for (const auto& [list, operation, option, schedule] : driven_)
    if (list == of_view && operation < count)
      *number(operations[first + operation], option) = schedule::value(schedule, step, horizon_);
  try {
    augment::check_options(operations.subspan(first, count), of_view);
  } catch (const Error& error) {
    // The schedules' ranges are named, too: a remedy for the values of this step alone would end in
    // the same error at a later one.
    const auto refused = error.where().option + '.';
    auto remark = fmt::format("at step {} of {}", step, horizon_.total_steps);
    for (const auto& [list, operation, option, schedule] : driven_) {
      const auto path = fmt::format("{}.{}.{}", list, operation, option);
      if (!path.starts_with(refused) || path.substr(refused.size()).starts_with("operations."))
        continue;
      const auto [low, high] = schedule::range(schedule, horizon_);
      remark += fmt::format("; {} is between {:g} and {:g} by its schedule", path, low, high);
    }
    throw Error(error.code(), error.where(), fmt::format("{} ({})", error.message(), remark));
  }
}

std::int64_t DataDriver::within_run(std::int64_t step) const {
  return std::min(step, horizon_.total_steps - 1);
}

void DataDriver::apply(std::int64_t step, std::span<augment::Pipeline> views) const {
  for (std::size_t view = 0; view < views.size(); ++view) {
    apply(step, view, views[view].operations());
    views[view].set_input(size_.at(within_run(step)));
  }
}

void drive(data::LoaderOptions& training, std::shared_ptr<const DataDriver> driver,
           const schedule::Horizon& horizon) {
  if (!driver->moves()) return;
  for (std::size_t view = 0; view < training.views.size(); ++view)
    driver->apply(0, view, training.views[view]);
  constexpr auto kEvery = schedule::kEveryStep / 10;  // these checks take longer than a value
  auto pipelines = data::pipelines_of(training);
  for (std::int64_t step = 0; step < horizon.total_steps;
       step = schedule::next_checked(step, horizon, kEvery))
    driver->apply(step, pipelines);
  training.adapt = [driver = std::move(driver)](std::int64_t at,
                                                std::span<augment::Pipeline> views) {
    driver->apply(at, views);  // checks them as well, for not every step has been checked
  };
}

}  // namespace temper::train
