// The time that stochastic depth saves: training steps of ResNet-56 with it (mode batch, final
// rate 0.5) and without, in alternation, on one thread, in processor time. The time of a
// block is measured separately, with networks that have six blocks fewer in one of their stages.
// Prints a line of JSON. Used by scripts/bench.
#include <ATen/Parallel.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "temper/train/step.h"

namespace {

using temper::data::Batch;
namespace model = temper::model;
namespace train = temper::train;

constexpr std::int64_t kBlocks = 9;  ///< in each of three stages
constexpr std::int64_t kFewer = 6;   ///< fewer blocks, to measure the time of a block
constexpr std::int64_t kBatch = 32;
constexpr int kWarmup = 2;
constexpr model::Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 10};

using Stages = std::array<double, 3>;

Batch batch() {
  const auto images = at::linspace(-1, 1, kBatch * 3 * 32 * 32).mul(1e4).sin();
  return {.views = {images.reshape({kBatch, 3, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = at::zeros({kBatch}, at::kLong),
          .targets = at::full({kBatch, kTask.classes}, 1.0 / kTask.classes),
          .labelled = at::full({kBatch}, true, at::kBool),
          .ids = at::zeros({kBatch}, at::kLong)};
}

class Trained {
 public:
  explicit Trained(const model::ResNet& options) {
    recipe_.model = options;
    state_ = train::start(recipe_, model::build(recipe_.model, kTask, /*seed=*/1));
    state_.network->train(true);
  }

  /// Makes one step. @return milliseconds
  double operator()(const Batch& batch) {
    train::Times ignored;
    const auto begin = std::clock();
    train::step(state_, recipe_, batch, ignored);
    return 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

  /// The number of block executions in each stage since the start.
  [[nodiscard]] Stages computed() const {
    Stages result{};
    for (const auto& buffer : state_.network->buffers())
      if (buffer.name.starts_with("layer") && buffer.name.ends_with("bn1.num_batches_tracked"))
        result[static_cast<std::size_t>(buffer.name[5] - '1')] += buffer.value.item<double>();
    return result;
  }

 private:
  temper::recipe::Recipe recipe_;
  train::State state_;
};

model::ResNet resnet(std::int64_t fewer_in = -1) {
  model::ResNet options{.blocks = {kBlocks, kBlocks, kBlocks}};
  if (fewer_in >= 0) options.blocks[static_cast<std::size_t>(fewer_in)] -= kFewer;
  return options;
}

void compare(int rounds) {
  const auto images = batch();
  auto with_depth = resnet();
  with_depth.stochastic_depth = temper::regularize::StochasticDepth{.rate = 0.5};
  Trained plain(resnet());
  Trained depth(with_depth);
  std::array smaller{Trained(resnet(0)), Trained(resnet(1)), Trained(resnet(2))};
  double whole = 0;
  double shortened = 0;
  Stages without{};
  Stages computed{};
  for (int round = -kWarmup; round < rounds; ++round) {
    if (round == 0) {
      computed = depth.computed();
      whole = shortened = 0;
      without = {};
    }
    whole += plain(images);
    shortened += depth(images);
    for (std::size_t stage = 0; stage < smaller.size(); ++stage)
      without[stage] += smaller[stage](images);
  }
  double expected = 0;
  double dropped = 0;
  for (std::size_t stage = 0; stage < smaller.size(); ++stage) {
    const double each = (whole - without[stage]) / kFewer / rounds;
    const auto here =
        static_cast<double>(kBlocks * rounds) - (depth.computed()[stage] - computed[stage]);
    expected += here * each;
    dropped += here;
  }
  fmt::print(
      "{{\"rounds\": {}, \"step_ms\": {:.2f}, \"step_with_depth_ms\": {:.2f}, \"saved\": {:.4f}, "
      "\"blocks_dropped\": {:.4f}, \"their_share_of_a_step\": {:.4f}, \"saved_of_their_time\": "
      "{:.4f}}}\n",
      rounds, whole / rounds, shortened / rounds, 1 - shortened / whole,
      dropped / static_cast<double>(3 * kBlocks * rounds), expected / whole,
      (whole - shortened) / expected);
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  compare(argc > 1 ? std::stoi(argv[1]) : 60);
}
