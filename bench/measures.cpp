// The time of calibration errors and confusion matrix compared with the evaluation itself: the test
// images of a recipe, its untrained network, rounds of both in alternation, in processor time.
// Prints a line of JSON. Used by scripts/bench.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "temper/evaluate/evaluate.h"
#include "temper/measure/figures.h"
#include "temper/train/open_data.h"

namespace {

namespace measure = temper::measure;
namespace evaluate = temper::evaluate;
namespace train = temper::train;

/// Milliseconds.
template <class Work>
double timed(const Work& work) {
  const auto begin = std::clock();
  work();
  return 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(const char* path, int rounds) {
  const auto recipe = temper::recipe::load(path);
  const auto plan = train::plan(recipe, train::open_data(recipe));
  train::prepare_thread(plan);
  const auto network = train::build_network(plan);
  std::vector<double> evaluation;
  std::vector<double> figures;
  evaluate::Predictions answers;
  for (int round = 0; round < rounds; ++round) {
    evaluation.push_back(timed([&] { answers = evaluate::predict(*network, plan, plan.test); }));
    figures.push_back(timed([&] {
      measure::calibration_errors(answers.logits, answers.labels);
      measure::confusion_matrix(answers.logits, answers.labels);
    }));
  }
  fmt::print(
      "{{\"rounds\": {}, \"images\": {}, \"evaluation_ms\": {:.2f}, \"figures_ms\": {:.3f}, "
      "\"share\": {:.5f}}}\n",
      rounds, answers.labels.size(0), median(evaluation), median(figures),
      median(figures) / median(evaluation));
}

}  // namespace

int main(int argc, char** argv) {
  compare(argc > 1 ? argv[1] : "recipes/fashion-mnist.toml", argc > 2 ? std::stoi(argv[2]) : 20);
}
