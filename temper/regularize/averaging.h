#pragma once
#include <span>
#include <variant>

#include "temper/regularize/averages.h"
#include "temper/regularize/ema.h"
#include "temper/regularize/lawa.h"
#include "temper/regularize/swa.h"

/// Averages of a network's weights over the steps of training.
namespace temper::regularize {

using Averaging = std::variant<Ema, Swa, Lawa>;

/// Averages that begin as copies of the tensors, in their memory layout.
Averages start(const Averaging& averaging, std::span<const Named> tensors, Length length = {});

/// No average, but room for one: copies of the tensors, in their memory layout.
Averages copies_of(std::span<const Named> tensors);

/// Tells the averages of a step that was made; integer tensors are copied.
/// @param tensors  the same in the same order as at the start
void update(const Averaging& averaging, std::span<const Named> tensors, Averages& averages);

/// Writes the averages into the tensors, whose values are lost.
void copy_to(const Averages& averages, std::span<const Named> tensors);

/// The averages stand in the network while this lives, and the raw values in `averages`; leaving
/// the scope, also by an exception, puts both back.
class Swapped {
 public:
  Swapped(Averages& averages, std::span<const Named> tensors);
  ~Swapped();
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;
  Swapped(Swapped&&) = delete;
  Swapped& operator=(Swapped&&) = delete;

 private:
  Averages& averages_;
  std::span<const Named> tensors_;
};

}  // namespace temper::regularize
