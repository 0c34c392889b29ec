#include "temper/train/data_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/search.h"

namespace temper::train {
namespace {

constexpr std::string_view kOperations = "data.augment.";

double* number(augment::Operation& operation, const std::string& option) {
  const auto view = group(operation);
  return std::get<double*>(recipe::find(view, option)->slot);
}

}  // namespace

DataDriver::DataDriver(const recipe::Recipe& recipe, const schedule::Horizon& horizon,
                       TrainingSize size, std::size_t first)
    : horizon_(horizon), size_(std::move(size)) {
  for (const auto& [path, schedule] : recipe.schedules) {
    if (!path.starts_with(kOperations)) continue;
    const auto rest = path.substr(kOperations.size());  // "0.p"
    const auto dot = rest.find('.');
    driven_.push_back({first + std::stoul(rest.substr(0, dot)), rest.substr(dot + 1), schedule});
  }
}

void DataDriver::apply(std::int64_t step, std::span<augment::Operation> operations) const {
  step = within_run(step);
  for (const auto& [operation, option, schedule] : driven_)
    *number(operations[operation], option) = schedule::value(schedule, step, horizon_);
}

std::int64_t DataDriver::within_run(std::int64_t step) const {
  return std::min(step, horizon_.total_steps - 1);
}

void DataDriver::apply(std::int64_t step, augment::Pipeline& pipeline) const {
  apply(step, pipeline.operations());
  pipeline.set_input(size_.at(within_run(step)));
}

void drive(data::LoaderOptions& training, std::shared_ptr<const DataDriver> driver,
           const schedule::Horizon& horizon) {
  if (!driver->moves()) return;
  driver->apply(0, training.operations);
  std::int64_t step = 0;
  try {
    augment::Pipeline pipeline(training.operations, training.normalisation, training.size);
    for (; step < horizon.total_steps; ++step) {
      driver->apply(step, pipeline);
      pipeline.check();
    }
  } catch (const Error& error) {
    throw Error(error.code(), error.where(),
                fmt::format("{} (at step {} of {})", error.message(), step, horizon.total_steps));
  }
  training.adapt = [driver = std::move(driver)](std::int64_t at, augment::Pipeline& pipeline) {
    driver->apply(at, pipeline);
  };
}

}  // namespace temper::train
