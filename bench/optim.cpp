// Times one update of a network's parameters by any optimizer, on request through standard input.
// bench/optim.py drives it, in alternation with its peers. Commands, and the line of JSON that each
// prints:
//
//   threads N             {}
//   parameter SIZE...     {}                  adds a parameter
//   kinds                 {"kinds": [...]}
//   step KIND REPEATS     {"milliseconds": [...], "bytes": bytes that a step reads and writes}
//   triad REPEATS         {"milliseconds": [...], "bytes": ...}      a = b + 3 c, as in STREAM
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <sstream>

#include "temper/optim/optimizer.h"

namespace {

namespace optim = temper::optim;

template <class Work>
std::vector<double> milliseconds(std::int64_t repeats, const Work& work) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - begin;
    result.push_back(spent.count());
  }
  return result;
}

void print(const std::vector<double>& times, double bytes) {
  fmt::print("{{\"milliseconds\": [{:.4f}], \"bytes\": {:.0f}}}\n", fmt::join(times, ", "), bytes);
}

/// Arrays larger than any cache.
class Triad {
 public:
  void run(std::int64_t repeats) {
    if (!a_.defined()) {
      a_ = at::full({kNumbers}, 0.0, at::kFloat);
      b_ = at::full({kNumbers}, 1.0, at::kFloat);
      c_ = at::full({kNumbers}, 2.0, at::kFloat);
    }
    print(milliseconds(repeats, [&] { at::add_out(a_, b_, c_, 3); }),
          3 * static_cast<double>(a_.nbytes()));
  }

 private:
  static constexpr std::int64_t kNumbers = std::int64_t{1} << 25;
  at::Tensor a_, b_, c_;
};

/// Filters in channels-last layout, as in temper's networks.
at::Tensor parameter(const std::vector<std::int64_t>& sizes) {
  const auto layout =
      sizes.size() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  const auto value = (at::randn(sizes) * 0.05).contiguous(layout).set_requires_grad(true);
  value.mutable_grad() = (at::randn(sizes) * 0.01).contiguous(layout);
  return value;
}

std::vector<std::string_view> kinds() {
  optim::Optimizer any;
  return std::get<std::function<temper::ChoiceView()>>(temper::slot(any))().kinds;
}

optim::Optimizer optimizer_of(std::string_view kind) {
  optim::Optimizer result;
  const auto choice = std::get<std::function<temper::ChoiceView()>>(temper::slot(result))();
  const auto found = std::ranges::find(choice.kinds, kind);
  if (found == choice.kinds.end()) throw std::invalid_argument(std::string(kind));
  choice.select(static_cast<std::size_t>(found - choice.kinds.begin()));
  return result;
}

/// The parameters, and the current optimizer with its state.
class Bench {
 public:
  void add(const std::vector<std::int64_t>& sizes) {
    targets_.push_back(
        {.name = fmt::format("parameter{}", targets_.size()), .value = parameter(sizes)});
  }

  void step(const std::string& kind, std::int64_t repeats) {
    if (kind != kind_) begin(kind);
    double bytes = 0;
    for (const auto& target : targets_) bytes += 3 * static_cast<double>(target.value.nbytes());
    for (const auto& [name, tensor] : state_.tensors)
      bytes += 2 * static_cast<double>(tensor.nbytes());
    print(milliseconds(repeats, [&] { optim::step(optimizer_, targets_, state_); }), bytes);
  }

 private:
  void begin(const std::string& kind) {
    state_ = {};
    optimizer_ = optimizer_of(kind);
    state_ = optim::start(optimizer_, targets_);
    kind_ = kind;
  }

  std::vector<optim::Target> targets_;
  std::string kind_;
  optim::Optimizer optimizer_;
  optim::State state_;
};

class Program {
 public:
  void obey(std::istringstream& words) {
    std::string command, kind;
    std::int64_t number = 0;
    words >> command;
    if (command == "step" && words >> kind >> number) {
      bench_.step(kind, number);
    } else if (command == "triad" && words >> number) {
      triad_.run(number);
    } else if (command == "kinds") {
      fmt::print("{{\"kinds\": [\"{}\"]}}\n", fmt::join(kinds(), "\", \""));
    } else {
      set_up(command, words);
      fmt::print("{{}}\n");
    }
  }

 private:
  void set_up(const std::string& command, std::istringstream& words) {
    int number = 0;
    if (command == "parameter")
      bench_.add({std::istream_iterator<std::int64_t>(words), {}});
    else if (command == "threads" && words >> number)
      at::set_num_threads(number);
    else
      throw std::invalid_argument(command);
  }

  Bench bench_;
  Triad triad_;
};

}  // namespace

int main() {
  try {
    const at::NoGradGuard guard;
    Program program;
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      program.obey(words);
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "optim: {}\n", error.what());
    return 2;
  }
}
