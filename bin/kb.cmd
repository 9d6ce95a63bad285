@echo off
rem What Windows runs for kb, which it does not run by its first line.
if exist "%~dp0python.exe" ("%~dp0python.exe" "%~dp0kb" %*) else if exist "%~dp0..\python.exe" ("%~dp0..\python.exe" "%~dp0kb" %*) else (py "%~dp0kb" %*)
