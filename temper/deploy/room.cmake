# `temper export --check` runs a script in Python; its text and the packages that it needs are compiled in.
foreach(name check_onnx.py onnx.txt)
  set(_file "${CMAKE_CURRENT_SOURCE_DIR}/scripts/${name}")
  string(TOUPPER "TEMPER_${name}" _variable)
  string(REPLACE "." "_" _variable "${_variable}")
  file(READ "${_file}" ${_variable})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_file}")
endforeach()
configure_file("${CMAKE_CURRENT_SOURCE_DIR}/temper/deploy/check_script.cpp.in"
               "${CMAKE_BINARY_DIR}/generated/check_script.cpp" @ONLY)
target_sources(temper_deploy PRIVATE "${CMAKE_BINARY_DIR}/generated/check_script.cpp")
