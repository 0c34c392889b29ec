#pragma once
#include <cstdint>
#include <span>
#include <variant>

#include "temper/regularize/averages.h"
#include "temper/regularize/ema.h"
#include "temper/regularize/lawa.h"
#include "temper/regularize/swa.h"

/// Averages of a network's weights over the steps of training.
namespace temper::regularize {

using Averaging = std::variant<Ema, Swa, Lawa>;

/// Starts averages as copies of the tensors, in their memory layout.
Averages start(const Averaging& averaging, std::span<const Named> tensors, const Horizon& run = {});

/// Copies of the tensors in their memory layout, as memory for averages.
Averages copies_of(std::span<const Named> tensors);

/// Whether a step has updated the weights.
enum class Applied : std::uint8_t { no, yes };

/// Updates the averages after a training step; integer tensors are copied. Snapshots are taken
/// after every so many steps of the run, also where the step was not applied; an EMA then stays.
/// @param tensors  the same tensors in the same order as in start()
/// @param step     the number of the run's steps so far, including those that were not applied
void update(const Averaging& averaging, std::span<const Named> tensors, Averages& averages,
            std::int64_t step, Applied applied = Applied::yes);

/// Copies the averages into the tensors and overwrites their values.
void copy_to(const Averages& averages, std::span<const Named> tensors);

/// Exchanges the averages and the network's raw values for the lifetime of this object. The
/// destructor exchanges them back, also after an exception.
class SwappedAverages {
 public:
  SwappedAverages(Averages& averages, std::span<const Named> tensors);
  ~SwappedAverages();
  SwappedAverages(const SwappedAverages&) = delete;
  SwappedAverages& operator=(const SwappedAverages&) = delete;
  SwappedAverages(SwappedAverages&&) = delete;
  SwappedAverages& operator=(SwappedAverages&&) = delete;

 private:
  Averages& averages_;
  std::span<const Named> tensors_;
};

}  // namespace temper::regularize
