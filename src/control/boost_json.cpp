// control/boost_json.cpp: Boost.JSON's definitions, compiled once: Debian's package of the library is not needed.
#include <boost/json/src.hpp>
