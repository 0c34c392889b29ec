#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/model/graph.h"
#include "temper/model/network.h"

namespace temper::model {

/// What `temper inspect` shows of a network.
struct Inspection {
  struct Layer {
    std::string name;  ///< of the layer or parameter; empty for a pooling
    Operation operation = Operation::input;
    Shape shape;  ///< of the result
    std::int64_t parameters = 0;
    std::int64_t multiply_adds = 0;  ///< of one image
  };

  Task task;
  std::vector<Layer> layers;  ///< that have parameters or change the size, in order
  std::int64_t parameters = 0;
  std::int64_t buffers = 0;          ///< elements of running statistics, counters and fixed weights
  std::int64_t fixed = 0;            ///< of these, elements of weights that are not trained
  std::int64_t multiply_adds = 0;    ///< of one image
  std::int64_t receptive_field = 0;  ///< pixels
  /// Elements of activations of one image: the most that are needed at one time in evaluation, and
  /// the results of all layers, which training keeps for the backward pass.
  std::int64_t largest = 0;
  std::int64_t kept = 0;
};

/// Throws Error{Code::usage} for a network whose graph can't be recorded, as a user's module.
Inspection inspect(Network& network, const Task& task);

/// Bytes for a batch in float: weights and activations in evaluation; in training also gradients
/// and one or two values of the optimizer for each parameter. An estimate that leaves out the
/// memory of the program, of loading and of convolutions' own workspace, which `temper train
/// --dry-run` measures.
std::int64_t evaluation_bytes(const Inspection& inspection, std::int64_t batch);
std::int64_t training_bytes(const Inspection& inspection, std::int64_t batch,
                            std::int64_t optimizer_values);

}  // namespace temper::model
