@echo off
rem SPDX-License-Identifier: Apache-2.0
rem SPDX-FileCopyrightText: The Postrider authors
rem Starts Postrider: a broker (postrider run) or a command. Environment: JAVA_HOME, POSTRIDER_OPTS (JVM options).
setlocal
for %%i in ("%~dp0..") do set "HOME_DIR=%%~fi"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "OPTIONS=-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
if "%~1"=="run" set "OPTIONS=-Xms64m -Xmx1g -XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError"
"%JAVA%" %OPTIONS% "-Dpostrider.home=%HOME_DIR%" "-Dlogback.configurationFile=%HOME_DIR%\conf\logback.xml" %POSTRIDER_OPTS% -cp "%HOME_DIR%\lib\*" io.postrider.server.Main %*
exit /b %ERRORLEVEL%
